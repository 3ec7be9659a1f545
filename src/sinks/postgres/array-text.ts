import type { CellText } from './cell-text.js'

/** Values that an array's text holds as they are; all others stand in quotes. */
const plain: ReadonlySet<string> = new Set(['bigint', 'numeric', 'double precision', 'boolean'])

/** Rows `from` (inclusive) to `to` (exclusive) as the text of an array in Postgres. */
export function arrayText(texts: CellText, type: string, from: number, to: number): string {
  const quoted = !plain.has(type)
  const items: string[] = []
  for (let i = from; i < to; i++) {
    const text = texts(i)
    items.push(text === null ? 'NULL' : quoted ? quote(text) : text)
  }
  return `{${items.join(',')}}`
}

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}
