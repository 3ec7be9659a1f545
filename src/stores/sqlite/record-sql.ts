import type { RecordCodec } from '../record-codec.js'

/** Parts of statements for a codec's columns. */
export interface RecordSql {
  /** `a, b, c` */
  readonly columns: string
  /** `?, ?, ?` */
  readonly marks: string
  /** `a = ?, b = ?, c = ?` */
  readonly sets: string
}

export function recordSql<T extends object>({ columns }: RecordCodec<T>): RecordSql {
  return {
    columns: columns.map(({ name }) => name).join(', '),
    marks: columns.map(() => '?').join(', '),
    sets: columns.map(({ name }) => `${name} = ?`).join(', '),
  }
}
