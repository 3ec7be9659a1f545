import { safeText } from './example-text.js'

/** Characters of a cell, but for the last of a row, which may be longer. */
const widest = 48
const longest = 160

/** Rows of cells as aligned lines. Texts come from files: unsafe characters are escaped, long ones cut. */
export function textTable(rows: readonly (readonly string[])[], indent = ''): string[] {
  const safe = rows.map((cells) => cells.map((text, i) => safeText(text, i === cells.length - 1 ? longest : widest)))
  const widths: number[] = []
  for (const cells of safe) for (const [i, text] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, lengthOf(text))
  return safe.map((cells) => {
    const padded = cells.map((text, i) => (i === cells.length - 1 ? text : text + ' '.repeat((widths[i] as number) - lengthOf(text))))
    return `${indent}${padded.join('  ')}`.trimEnd()
  })
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

/** The first so many, and a line that counts the rest. */
export function firstOf<T>(items: readonly T[], most: number, what: string): { readonly first: readonly T[]; readonly rest: string[] } {
  const more = items.length - most
  return more > 0 ? { first: items.slice(0, most), rest: [`  … and ${more} more ${what}`] } : { first: items, rest: [] }
}
