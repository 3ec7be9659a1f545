import type { Json } from '../model/json.js'

/** Characters of a definition as text: room for a schema that lists 10,000 columns. */
const MOST_CHARACTERS = 2 ** 20
const MOST_LEVELS = 32

/** A copy that is JSON and nothing else, or what is wrong, in words. */
export function plainJson(value: unknown): { readonly value: Json } | string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    return 'it is not JSON: it refers to itself, is nested too deep, or holds what JSON cannot'
  }
  if (text === undefined) return 'it is not JSON'
  if (text.length > MOST_CHARACTERS) return `it is longer than ${MOST_CHARACTERS} characters`
  const copy = JSON.parse(text) as Json
  return problemIn(copy) ?? { value: copy }
}

function problemIn(json: Json): string | undefined {
  const open: { readonly value: Json; readonly level: number }[] = [{ value: json, level: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, level } = next
    if (typeof value !== 'object' || value === null) continue
    if (level > MOST_LEVELS) return `it is nested deeper than ${MOST_LEVELS} levels`
    // A copy into a plain object by assignment would take it for the prototype.
    if (Object.hasOwn(value, '__proto__')) return 'it has a key `__proto__`'
    for (const inner of Object.values(value)) open.push({ value: inner, level: level + 1 })
  }
  return undefined
}
