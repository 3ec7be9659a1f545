import type { Column } from '../../model/column.js'

/**
 * A column without its buffers, as it travels in a header: one letter a member, because each batch has one per column.
 * Buffers are named by their place in the body.
 */
export interface WireColumn {
  /** Kind. */
  readonly k: Column['kind']
  /** Length. */
  readonly n: number
  /** Buffer of the validity; absent when every row has a value. */
  readonly v?: number
  /** Buffer of data, indices, or JSON of values. */
  readonly d?: number
  /** Buffer of offsets. */
  readonly o?: number
  /** Children. */
  readonly c?: readonly WireColumn[]
  /** Dictionary, by its number in the exchange. */
  readonly w?: number
  /** Unit and time zone. */
  readonly u?: string
  readonly z?: string | null
  /** Precision and scale of a decimal; size of a fixed list. */
  readonly p?: number
  readonly s?: number
  /** Names of a struct's members. */
  readonly x?: readonly string[]
}

/** What a dictionary gained since it was last sent. */
export interface WireGrowth {
  /** Number in the exchange. */
  readonly w: number
  /** The dictionary's own id. */
  readonly id: number
  /** How many values are there already; 0 begins it. */
  readonly from: number
  readonly values: WireColumn
}
