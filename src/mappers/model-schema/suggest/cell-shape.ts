/** What a cell looks like, whatever its column is called. */
export type CellShape =
  | 'number'
  | 'bool'
  | 'text'
  | 'uuid'
  /** With a zone, or a native timestamp or date. */
  | 'time'
  | 'time without zone'
  | 'numbers'
  | 'texts'
  | 'boxes'
  | 'polygons'
  | 'classes'
  | 'empty list'
  | 'other'

/** Longer text is not looked into. */
const longestJson = 256 * 1024
/** Items of a list that are looked at. */
const looked = 200

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const zoned = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const zoneless = /^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([Tt ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$/

/** The shape of one value; of text also what JSON in it holds. */
export function shapeOf(value: unknown): CellShape {
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return shapeOfText(value)
  if (value instanceof Date) return 'time'
  if (value instanceof Float32Array || value instanceof Float64Array) return value.length === 0 ? 'empty list' : 'numbers'
  return Array.isArray(value) ? shapeOfList(value) : 'other'
}

/** The value that JSON text holds, where it is a list or an object; else the text. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > longestJson || !/^\s*[[{]/.test(value.slice(0, 100))) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

function shapeOfText(text: string): CellShape {
  const inner = fromJson(text)
  if (Array.isArray(inner)) return shapeOfList(inner)
  if (typeof inner === 'object' && inner !== null) {
    const scores = Object.values(inner).slice(0, looked)
    return scores.length > 0 && scores.every((score) => typeof score === 'number') ? 'classes' : 'text'
  }
  if (text.length > 60) return 'text'
  if (uuid.test(text)) return 'uuid'
  if (zoned.test(text)) return 'time'
  return zoneless.test(text) ? 'time without zone' : 'text'
}

function shapeOfList(list: readonly unknown[]): CellShape {
  const items = list.slice(0, looked)
  if (items.length === 0) return 'empty list'
  const all = (test: (item: unknown) => boolean): boolean => items.every(test)
  if (all((item) => typeof item === 'string')) return 'texts'
  if (all((item) => typeof item === 'number' || typeof item === 'bigint')) return 'numbers'
  if (all(isClassScore)) return 'classes'
  if (!all(isNumbers)) return 'other'
  const lengths = (items as ArrayLike<unknown>[]).map(({ length }) => length)
  if (lengths.every((length) => length === 4)) return 'boxes'
  return lengths.every((length) => length >= 6 && length % 2 === 0) ? 'polygons' : 'other'
}

function isNumbers(item: unknown): boolean {
  if (item instanceof Float32Array || item instanceof Float64Array) return true
  return Array.isArray(item) && item.slice(0, looked).every((number) => typeof number === 'number')
}

function isClassScore(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item)) return false
  const { class_name, score, key, value } = item as Readonly<Record<string, unknown>>
  return (typeof class_name === 'string' && typeof score === 'number') || (typeof key === 'string' && typeof value === 'number')
}
