import type { ColumnOf } from '../model/column.js'

/** Microseconds since 1970; finer parts are cut towards the past. */
export function microsOf(value: bigint, unit: ColumnOf<'timestamp'>['unit']): bigint {
  switch (unit) {
    case 's':
      return value * 1_000_000n
    case 'ms':
      return value * 1000n
    case 'us':
      return value
    case 'ns':
      return value % 1000n < 0n ? value / 1000n - 1n : value / 1000n
  }
}
