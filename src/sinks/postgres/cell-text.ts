import { bitAt } from '../../model/bitmap.js'
import { cell, decimalAt, decimalText, isPresent } from '../../model/cell.js'
import type { Column, ColumnGroup, ColumnOf } from '../../model/column.js'
import { columnFrom } from '../../model/column-from.js'
import { jsonText } from '../json-text.js'
import { microsOf } from '../micros-of.js'

/** The text of a row's value as Postgres reads it, `null` where there is none. */
export type CellText = (rowIndex: number) => string | null

/** A text holds U+0000, which no text in Postgres can. */
export class NulInText extends Error {
  override readonly name = 'NulInText'
  readonly rowIndex: number

  constructor(rowIndex: number) {
    super('A text holds U+0000.')
    this.rowIndex = rowIndex
  }
}

/** Texts of a column's values, each of the type that `stageTypeOf` says. */
export function cellTexts(column: Column): CellText {
  const { validity } = column
  const present =
    (text: (i: number) => string): CellText =>
    (i) =>
      bitAt(validity, i) ? text(i) : null
  switch (column.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return present((i) => String(column.data[i]))
    case 'float32':
    case 'float64':
      return present((i) => floatText(column.data[i] as number))
    case 'bool':
      return present((i) => (bitAt(column.data, i) ? 't' : 'f'))
    case 'utf8':
      return utf8Texts(column)
    case 'binary':
      return present((i) => `\\x${Buffer.from(column.data.subarray(column.offsets[i], column.offsets[i + 1])).toString('hex')}`)
    case 'date':
      return present((i) => timeText(BigInt(column.data[i] as number) * 86_400_000_000n).replace(/T[^ ]*/, ''))
    case 'timestamp':
      return present((i) => timeText(microsOf(column.data[i] as bigint, column.unit)))
    case 'decimal':
      return present((i) => decimalText(decimalAt(column.data, i), column.scale))
    case 'dictionary': {
      const texts = cellTexts(column.dictionary.values)
      const known: (string | null)[] = []
      return (i) => {
        if (!bitAt(validity, i)) return null
        const index = column.indices[i] as number
        if (known[index] === undefined) known[index] = texts(index)
        return known[index] as string | null
      }
    }
    case 'time':
      return (i) => cell(column, i) as string | null
    case 'null':
      return () => null
    default:
      return (i) => (isPresent(column, i) ? withoutNul(jsonText(cell(column, i)), i) : null)
  }
}

/** As JSON texts, to be members of a row's object. */
export function jsonTexts(column: Column): CellText {
  const texts = cellTexts(column)
  switch (column.kind === 'dictionary' ? column.dictionary.values.kind : column.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    // Exact: jsonb keeps all digits of a number.
    case 'int64':
    case 'uint64':
    case 'decimal':
      return texts
    case 'float32':
    case 'float64':
      return (i) => {
        const text = texts(i)
        return text === 'NaN' || text?.endsWith('Infinity') === true ? null : text
      }
    case 'bool':
      return (i) => {
        const text = texts(i)
        return text === null ? null : text === 't' ? 'true' : 'false'
      }
    case 'timestamp':
    case 'date':
    case 'binary':
      return (i) => (isPresent(column, i) ? jsonText(cell(column, i)) : null)
    case 'utf8':
    case 'time':
    case 'null': {
      return (i) => {
        const text = texts(i)
        return text === null ? null : JSON.stringify(text)
      }
    }
    default:
      return texts
  }
}

/** JSON writes U+0000 as an escape. A backslash before it would be one of a pair. */
function withoutNul(json: string, rowIndex: number): string {
  if (json.includes('\\u0000') && /(^|[^\\])(\\\\)*\\u0000/.test(json)) throw new NulInText(rowIndex)
  return json
}

/** `-0` keeps its sign. */
function floatText(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0' : String(value)
}

const decoder = new TextDecoder()

function utf8Texts({ data, offsets, validity, length }: ColumnOf<'utf8' | 'binary'>): CellText {
  const [from, to] = [offsets[0] as number, offsets[length] as number]
  const bytes = Buffer.from(data.buffer, data.byteOffset + from, to - from)
  const all = bytes.toString('latin1')
  // Mostly ASCII, where bytes are characters: one text for all, cut by the offsets.
  const ascii = !/[\u0080-\u00ff]/.test(all)
  const nul = all.includes('\0')
  return (i) => {
    if (!bitAt(validity, i)) return null
    const [start, end] = [(offsets[i] as number) - from, (offsets[i + 1] as number) - from]
    const text = ascii ? all.slice(start, end) : decoder.decode(bytes.subarray(start, end))
    if (nul && text.includes('\0')) throw new NulInText(i)
    return text
  }
}

/** A time in UTC as Postgres writes it; what is outside its range is refused by the server. */
function timeText(micros: bigint): string {
  const ms = micros % 1000n < 0n ? micros / 1000n - 1n : micros / 1000n
  const date = new Date(Number(ms))
  if (Number.isNaN(date.getTime())) return `${micros < 0n ? '-' : ''}999999-01-01`
  const year = date.getUTCFullYear()
  const rest = date
    .toISOString()
    .replace(/^[+-]?\d+-/, '')
    .slice(0, -1)
  const fine = String(Number(micros - ms * 1000n)).padStart(3, '0')
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${rest}${fine}+00${year > 0 ? '' : ' BC'}`
}

/** One object a row, of the members that have a value; `null` when none has. */
export function groupTexts({ names, columns }: ColumnGroup): CellText {
  const members = names.map((name, k) => {
    const column = columns[k] as Column
    return {
      prefix: `${JSON.stringify(name.replaceAll('\0', '\uFFFD'))}:`,
      texts: jsonTexts(column.kind === 'values' ? columnFrom(column.values) : column),
    }
  })
  return (i) => {
    let object = ''
    for (const { prefix, texts } of members) {
      const text = texts(i)
      if (text !== null) object += `${object === '' ? '{' : ','}${prefix}${text}`
    }
    return object === '' ? null : `${object}}`
  }
}
