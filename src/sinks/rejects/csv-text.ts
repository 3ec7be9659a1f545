import { jsonText } from '../json-text.js'

/**
 * One line of CSV after RFC 4180, which is read back as it was: null is an empty cell, the empty text is `""`. Dates are
 * RFC 3339, bytes base64, lists and structs JSON.
 */
export function csvLine(values: readonly unknown[], delimiter: string): string {
  const line = values.map((value) => cellText(value, delimiter)).join(delimiter)
  // A blank line would be no row.
  return line === '' ? '""\n' : `${line}\n`
}

function cellText(value: unknown, delimiter: string): string {
  if (value === null || value === undefined) return ''
  const text = plainText(value)
  const quoted = text === '' || /^[\s\uFEFF]|["\r\n]|\s$/.test(text) || text.includes(delimiter)
  return quoted ? `"${text.replaceAll('"', '""')}"` : text
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  const json = jsonText(value)
  // Dates and bytes are texts in JSON.
  return json.startsWith('"') ? json.slice(1, -1) : json
}
