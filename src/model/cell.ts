import { bitAt } from './bitmap.js'
import type { Column, Dictionary } from './column.js'

// A byte order mark within a file is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const unitsPerMs = { s: 1 / 1000, ms: 1, us: 1000, ns: 1_000_000 } as const

/** Has row `i` a value? Always true for `values`, whose own null and undefined count as null. */
export function isPresent(column: Column, rowIndex: number): boolean {
  if (column.kind === 'null') return false
  if (column.kind === 'values') return (column.values[rowIndex] ?? null) !== null
  return bitAt(column.validity, rowIndex)
}

/** A 64-bit integer as records show it: a number when safe, else a bigint. */
export function exactInteger(value: bigint): number | bigint {
  const asNumber = Number(value)
  return Number.isSafeInteger(asNumber) ? asNumber : value
}

/** A timestamp as records show it; finer parts than milliseconds are dropped (towards the past). */
export function timestampDate(value: bigint, unit: 's' | 'ms' | 'us' | 'ns'): Date {
  if (unit === 's') return new Date(Number(value) * 1000)
  const per = BigInt(unitsPerMs[unit])
  const quotient = value / per
  return new Date(Number(value % per < 0n ? quotient - 1n : quotient))
}

/** Decimal digits of an unscaled integer times 10^-scale. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString()
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const dictionaryCells = new WeakMap<Dictionary, unknown[]>()

/**
 * One cell as a JavaScript value, `null` where there is none: for tests, examples and rare paths. Hot loops switch over
 * `kind` themselves.
 *
 * 64-bit integers are a number when safe, else a bigint; timestamps and dates are a `Date`; times are text
 * (`HH:MM:SS.ffffff`); decimals are text; binary is bytes; lists are arrays, fixed lists and lists of floats their typed
 * array; structs are objects without a prototype.
 */
export function cell(column: Column, rowIndex: number): unknown {
  if (!isPresent(column, rowIndex)) return null
  switch (column.kind) {
    case 'null':
      return null
    case 'values':
      return column.values[rowIndex]
    case 'bool':
      return bitAt(column.data, rowIndex)
    case 'int64':
    case 'uint64':
      return exactInteger(column.data[rowIndex] as bigint)
    case 'utf8':
      return decoder.decode(column.data.subarray(column.offsets[rowIndex], column.offsets[rowIndex + 1]))
    case 'binary':
      return column.data.slice(column.offsets[rowIndex], column.offsets[rowIndex + 1])
    case 'dictionary': {
      const index = column.indices[rowIndex] as number
      const cells = dictionaryCells.get(column.dictionary) ?? []
      dictionaryCells.set(column.dictionary, cells)
      if (!(index in cells)) cells[index] = cell(column.dictionary.values, index)
      return cells[index]
    }
    case 'timestamp':
      return timestampDate(column.data[rowIndex] as bigint, column.unit)
    case 'date':
      return new Date((column.data[rowIndex] as number) * 86_400_000)
    case 'time':
      return timeText(column.data[rowIndex] as bigint, column.unit)
    case 'decimal':
      return decimalText(decimalAt(column.data, rowIndex), column.scale)
    case 'list':
      return listCell(column.child, column.offsets[rowIndex] as number, column.offsets[rowIndex + 1] as number)
    case 'fixedList':
      return listCell(column.child, rowIndex * column.size, (rowIndex + 1) * column.size)
    case 'struct': {
      const object: Record<string, unknown> = Object.create(null)
      column.names.forEach((name, i) => {
        object[name] = cell(column.children[i] as Column, rowIndex)
      })
      return object
    }
    default:
      return column.data[rowIndex]
  }
}

/** The unscaled 128-bit integer of a decimal cell. */
export function decimalAt(data: BigInt64Array, rowIndex: number): bigint {
  return ((data[2 * rowIndex + 1] as bigint) << 64n) | BigInt.asUintN(64, data[2 * rowIndex] as bigint)
}

/** Floats without nulls stay a typed array: that is what an embedding is. Only the list's own items decide. */
function listCell(child: Column, from: number, to: number): unknown {
  if (child.kind === 'float32' || child.kind === 'float64') {
    let whole = true
    for (let i = from; whole && i < to; i++) whole = bitAt(child.validity, i)
    if (whole) return child.data.slice(from, to)
  }
  return Array.from({ length: to - from }, (_, i) => cell(child, from + i))
}

function timeText(value: bigint, unit: 'us' | 'ns'): string {
  const per = unit === 'us' ? 1_000_000n : 1_000_000_000n
  const seconds = Number(value / per)
  const part = (n: number): string => String(n).padStart(2, '0')
  const fraction = (value % per).toString().padStart(unit === 'us' ? 6 : 9, '0')
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}.${fraction}`
}

/** Cells `from` (inclusive) to `to` (exclusive). */
export function toValues(column: Column, from = 0, to = column.length): unknown[] {
  return Array.from({ length: to - from }, (_, i) => cell(column, from + i))
}
