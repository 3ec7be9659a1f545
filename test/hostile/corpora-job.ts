import type { ShownFile } from './compare.js'

/** One file of the corpora, for a program of its own to read. */
export interface CorporaJob {
  readonly path: string
  /** Base name, with an extension of its format. */
  readonly key: string
  readonly format: string
  readonly expected: string
  readonly rows: number | null
  readonly columns: number | null
  readonly shown: ShownFile | null
}

export interface CorporaAnswer {
  /** `ok`, or the code of the refusal. */
  readonly code: string
  readonly message: string
  readonly rows: number
  readonly columns: number
  /** Columns of types that are only listed. */
  readonly unread: number
  readonly compared: number
  /** What the file may not do. */
  readonly problems: readonly string[]
  readonly ms: number
  /** Bytes of memory over idle at the most, since the program began. */
  readonly overIdle: number
}
