/**
 * A record as JSON text without white space. What JSON has no word for: 64-bit integers beyond 2^53 are text, NaN,
 * infinities and invalid dates are null, dates are RFC 3339 in UTC, bytes are base64, other typed arrays are arrays. `undefined` members
 * are left out.
 */
export function jsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      // As JSON.stringify: -0 is 0.
      return Number.isFinite(value) ? String(value) : 'null'
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? value.toString() : `"${value}"`
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(value)
    default:
      return 'null'
  }
}

/** The members of an object, without braces; those in `except` are left out. */
export function membersText(object: object, except?: ReadonlySet<string>): string {
  let text = ''
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || typeof value === 'function' || except?.has(name) === true) continue
    if (text !== '') text += ','
    text += `${JSON.stringify(name)}:${jsonText(value)}`
  }
  return text
}

function objectText(object: object): string {
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? 'null' : `"${object.toISOString()}"`
  if (object instanceof Uint8Array) return `"${Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString('base64')}"`
  if (Array.isArray(object) || ArrayBuffer.isView(object)) {
    return `[${Array.from(object as ArrayLike<unknown>, jsonText).join(',')}]`
  }
  return `{${membersText(object)}}`
}
