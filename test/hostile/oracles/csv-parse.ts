import { parse } from 'csv-parse/sync'
import { canonicalText } from '../canonical.js'
import type { Oracle } from './oracle.js'

/** Rows and cells by RFC 4180. It does not tell an absent cell from an empty one. */
export const csvParse: Oracle = async (_path, bytes) => {
  let rows: string[][]
  try {
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    rows = parse(text, { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, skip_empty_lines: true }) as string[][]
  } catch {
    return null
  }
  const names = rows.shift() ?? []
  return {
    names,
    rows: rows.length,
    columns: names.map((_, i) => (row) => canonicalText(rows[row]?.[i] ?? '')),
    soften: (value) => value ?? 's:',
  }
}
