import type { ChecksumResult } from '../checksum/checksum.js'

/** Where a program puts what it accepted; made anew for each file. */
export interface CaseOutcome extends ChecksumResult {
  /** Nanoseconds spent mapping and checking, where the case times them apart. */
  readonly mappingNs?: number
  /** What a reader of the figures has to know about this case. */
  readonly note?: string
}

/** One way to read the bench's files: loaded once, then run on a small file and on the measured one. */
export interface BenchProgram {
  run(path: string): Promise<CaseOutcome>
  close?(): Promise<void>
}

/** What a case is told besides its name. */
export interface ProgramOptions {
  /** Where Lading decodes; peers have no choice. */
  readonly isolation: 'process' | 'thread' | 'inline'
  /** The files have the vector column as well. */
  readonly vectors: boolean
  /** A folder for files of the case's own, on the file system of the data. */
  readonly scratch: string
}
