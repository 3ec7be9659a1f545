import { benchColumns, vectorColumn } from '../bench-columns.js'

/**
 * One sum per mapped column of the hashes of its cells, so that the order of rows does not matter and a difference names
 * its column. Sums wrap at 32 bits.
 */
export class Checksum {
  /** By position in `benchColumns`, then the vector. */
  readonly sums = new Int32Array(benchColumns.length + 1)
  rows = 0
}

/** What a case says about the rows that it accepted. */
export interface ChecksumResult {
  readonly rows: number
  readonly sums: readonly number[]
}

export const resultOf = ({ rows, sums }: Checksum): ChecksumResult => ({ rows, sums: Array.from(sums) })

/** What differs, in words; empty when nothing does. */
export function differences(expected: ChecksumResult, actual: ChecksumResult): string[] {
  const names = [...benchColumns.map(({ name }) => name), vectorColumn.name]
  return [
    ...(expected.rows === actual.rows ? [] : [`${actual.rows} rows instead of ${expected.rows}`]),
    ...names.filter((_, slot) => expected.sums[slot] !== actual.sums[slot]).map((name) => `the checksum of ${name}`),
  ]
}
