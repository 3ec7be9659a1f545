/** Bytes at rest, as a listing shows them. */
export interface ObjectInfo {
  /** As stored, not decoded or normalised. */
  readonly key: string
  /**
   * Identity of the bytes: `e:<etag>:<size>` with the ETag verbatim without its outer quotes, or, by declaration of the
   * source, `m:<mtime>:<size>`. Opaque, compared as bytes.
   */
  readonly version: string
  /** Bytes. */
  readonly size: number
  readonly lastModified: Date | null
  /** Its storage class needs a restore first. */
  readonly archived?: true
}
