/** Bytes of an object by range: in memory, generated, or on disk. May be called concurrently. */
export type ReadRange = (start: number, end: number) => Uint8Array | Promise<Uint8Array>

/** One version of one object. Never changed after it was stored: an overwrite puts another one in its place. */
export interface StoredObject {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly lastModified: Date
  /** For example `STANDARD` or `GLACIER`. */
  readonly storageClass: string
  readonly contentType: string
  /** Headers given back as they came: `x-amz-meta-*`, `content-encoding`, … */
  readonly headers: Readonly<Record<string, string>>
  /** Checksum headers (`x-amz-checksum-crc32`, …), given back for whole objects when asked for. */
  readonly checksums: Readonly<Record<string, string>>
  /** ARN of the KMS key that encrypts it; readers have to be allowed to use it. */
  readonly kmsKey?: string | undefined
  readonly read: ReadRange
}
