import type { ProbePoint } from '../../src/util/probe.js'

/**
 * What happens at a probe: the process dies, is stopped until SIGCONT, its worker is held until released (with its lease
 * timers), or an error is thrown. Where the effect came before the probe, a thrown error is a lost reply.
 */
export type FaultAct = 'kill' | 'stop' | 'hold' | 'throw'

/** At the n-th hit of a point, counted from when the fault before it struck. */
export interface PlannedFault {
  readonly point: ProbePoint
  readonly nth: number
  readonly act: FaultAct
}

/** A schema of a server. */
export interface PostgresPlace {
  readonly url: string
  readonly schema: string
}

/** Where a store keeps its ledger. */
export type StorePlace = { readonly kind: 'sqlite'; readonly path: string } | ({ readonly kind: 'postgres' } & PostgresPlace)

/** Where a sink keeps its rows: a folder, a database file, or a schema of a server. */
export type SinkPlace =
  | { readonly kind: 'ndjson'; readonly path: string }
  | { readonly kind: 'duckdb'; readonly path: string }
  | ({ readonly kind: 'postgres' } & PostgresPlace)

/** The schema before (1) or after (2) the edit: the second one also reads the tags. */
export type SchemaEdition = 1 | 2

export type Overwrites = 'ignore' | 'import' | 'replace'

export interface PlannedWorker {
  readonly id: string
  readonly schema: SchemaEdition
  readonly leaseMs: number
  /** One after the other. */
  readonly faults: readonly PlannedFault[]
}

/** All that an importer process needs; its one argument, as JSON. */
export interface ImporterPlan {
  readonly s3: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
    readonly url: string
  }
  /** In Postgres, as the store, it has the store's pool. */
  readonly sink: SinkPlace
  /** Folder of refused rows. */
  readonly rejectsPath: string
  readonly store: StorePlace
  readonly overwrites: Overwrites
  readonly batchRows: number
  /** Goes on until nothing is left to do; else one run. */
  readonly untilQuiet: boolean
  readonly worker: PlannedWorker
  /** Plays a second process in this one: it begins once the first worker is held and the parent has said "go". */
  readonly successor?: PlannedWorker
}

/** A file as the events tell of it. */
export interface ToldFile {
  readonly key: string
  readonly version: string
  readonly generation: number
  readonly fence: number
  readonly rows: number
}

/** One line of an importer's standard output. */
export type ImporterLine =
  | { readonly is: 'hit'; readonly point: ProbePoint; readonly act: FaultAct; readonly key: string | null }
  | { readonly is: 'imported'; readonly file: ToldFile }
  | { readonly is: 'failed'; readonly key: string; readonly error: string }
  | {
      readonly is: 'run'
      readonly worker: string
      readonly outcome: string
      readonly remaining: number
      readonly errors: readonly string[]
    }
  | { readonly is: 'ended'; readonly quiet: boolean }
