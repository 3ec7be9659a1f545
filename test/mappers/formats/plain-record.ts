/** A record as plain values, to compare: typed arrays as lists, objects with a prototype. */
export function plainRecord(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>)
  if (Array.isArray(value)) return value.map(plainRecord)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainRecord(inner)]))
}
