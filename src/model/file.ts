/** The unit of progress: one object version that a job knows. The schema version is not part of it. */
export interface FileIdentity {
  readonly jobId: string
  readonly key: string
  readonly version: string
  /** 1; one more for each deliberate repeat. */
  readonly generation: number
}

/** All a mapper may depend on besides the rows; equal for every attempt under one schema version. */
export interface FileContext extends FileIdentity {
  /** Bytes. */
  readonly size: number
  readonly schemaVersion: number
  /** First-seen lastModified, kept in the ledger. */
  readonly sourceTime: Date
  /** First claim, by the store's clock: the only "now" of a mapping. */
  readonly asOf: Date
}

/** What a sink is told about the file it is about to take. */
export interface SinkFile extends FileContext {
  /** 1-based. */
  readonly attempt: number
  /** Ever-rising per (job, key). A sink refuses a lower one than it has seen. */
  readonly fence: number
  /** No claim of any version of this key came before: fencing and the question may be skipped in `begin`. */
  readonly first: boolean
  /** The commit takes the place of all older files of this key. */
  readonly replacesKey: boolean
  /** The store has the sink's database: the ledger row is fence and receipt, and `commit` gets `seal`. */
  readonly shared: boolean
}
