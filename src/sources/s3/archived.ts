/** What a listing or a HEAD says about an object that has to be restored before it can be read. */
export interface StorageState {
  readonly storageClass: string | undefined
  /** A restored copy is there. */
  readonly restored: boolean
}

/** GLACIER_IR is read at once; the archive tiers of INTELLIGENT_TIERING show only when the object is read. */
export function isArchived({ storageClass, restored }: StorageState): boolean {
  return (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE') && !restored
}
