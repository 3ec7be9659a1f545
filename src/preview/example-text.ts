/** Items of a list, or members of a struct, that an example shows. */
const shownItems = 3
const deepest = 3
/** Control and direction characters: an example must not command a terminal or turn a line around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text from a file, fit for a terminal and a page: unsafe characters escaped, at most so many characters. */
export function safeText(text: string, mostCharacters: number): string {
  // Code units first: a cell may be megabytes long.
  const beginning = Array.from(text.slice(0, 2 * mostCharacters + 2))
  const shown = beginning.length > mostCharacters ? `${beginning.slice(0, mostCharacters - 1).join('')}…` : beginning.join('')
  return shown.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One cell as a person recognises it. The empty text is `""`, so that it can be seen. */
export function exampleText(value: unknown, mostCharacters: number): string {
  return safeText(plain(value, 0, mostCharacters), mostCharacters)
}

function plain(value: unknown, depth: number, most: number): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return value === '' || depth > 0 ? JSON.stringify(value.slice(0, 2 * most)) : value.slice(0, 2 * most + 2)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a time out of range' : value.toISOString()
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (value instanceof Float32Array) return listText(Array.from(value.subarray(0, shownItems), shortFloat), value.length, depth, most)
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = value as ArrayLike<unknown>
    return listText(
      Array.from({ length: Math.min(shownItems, list.length) }, (_, i) => list[i]),
      list.length,
      depth,
      most,
    )
  }
  if (typeof value !== 'object') return String(value)
  if (depth >= deepest) return '{…}'
  const entries = Object.entries(value)
  const shown = entries.slice(0, shownItems).map(([key, inner]) => `${key.slice(0, most)}: ${plain(inner, depth + 1, most)}`)
  return `{ ${[...shown, ...(entries.length > shownItems ? ['…'] : [])].join(', ')} }`
}

function listText(first: readonly unknown[], length: number, depth: number, most: number): string {
  if (depth >= deepest) return '[…]'
  const shown = first.map((item) => plain(item, depth + 1, most))
  return `[${[...shown, ...(length > first.length ? [`… ${length - first.length} more`] : [])].join(', ')}]`
}

/** The digits that 32 bits hold. */
export function shortFloat(value: number): number {
  return Number(value.toPrecision(7))
}
