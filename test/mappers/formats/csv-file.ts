import type { DataType } from '../../../src/model/data-type.js'
import { type FileTable, rowCountOf } from './file-table.js'

/** RFC 4180: null is an empty cell, the empty text `""`, lists and structs are JSON. */
export function csvFile(table: FileTable): Uint8Array {
  const lines = [table.columns.map(({ name }) => quoted(name))]
  for (let row = 0; row < rowCountOf(table); row++) lines.push(table.columns.map(({ type, values }) => cellText(values[row], type)))
  return Buffer.from(`${lines.map((cells) => cells.join(',')).join('\n')}\n`)
}

/** The text that a cell holds, without quotes; `null` where it holds nothing. */
export function csvText(value: unknown, type: DataType): string | null {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'timestamp':
      return (value as Date).toISOString()
    case 'date':
      return (value as Date).toISOString().slice(0, 10)
    case 'list':
    case 'struct':
      return jsonText(value)
    default:
      return String(value)
  }
}

function cellText(value: unknown, type: DataType): string {
  const text = csvText(value, type)
  if (text === null) return ''
  return text === '' || /[",\r\n]/.test(text) ? quoted(text) : text
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** As JSON; a number beyond JSON as people's tools write it. */
function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '1e999' : '-1e999'
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`)
      .join(',')}}`
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
