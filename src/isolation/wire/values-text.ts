import { FalseFrame } from './claims.js'

/** Typed arrays that may be a cell of a `values` column. */
const arrays = {
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const

type Tagged = readonly [tag: string, ...rest: unknown[]]

/**
 * The values of a `values` column as JSON, with a tag for each that JSON has no word for. Plain data alone crosses:
 * null, booleans, strings, numbers, bigints, dates, bytes and typed arrays, lists, plain objects.
 *
 * @throws TypeError for anything else, such as a function or an object with a class of its own
 */
export function valuesText(values: ArrayLike<unknown>, length: number): string {
  return JSON.stringify(Array.from({ length }, (_, i) => tagged(values[i], 0)))
}

/** @throws FalseFrame */
export function valuesFrom(json: Uint8Array, length: number): unknown[] {
  const parsed: unknown = parse(json)
  if (!Array.isArray(parsed) || parsed.length !== length) throw new FalseFrame(`values are not the ${length} announced`)
  return parsed.map((value) => untagged(value, 0))
}

function tagged(value: unknown, depth: number): unknown {
  if (depth > 64) throw new TypeError('a value is nested deeper than 64 levels')
  switch (typeof value) {
    case 'undefined':
      return null
    case 'boolean':
    case 'string':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : (['f', Object.is(value, -0) ? '-0' : String(value)] satisfies Tagged)
    case 'bigint':
      return ['n', value.toString()] satisfies Tagged
    case 'object':
      return value === null ? null : taggedObject(value, depth)
    default:
      throw new TypeError(`a value is a ${typeof value}`)
  }
}

function taggedObject(value: object, depth: number): Tagged {
  if (Array.isArray(value)) return ['l', ...value.map((inner) => tagged(inner, depth + 1))]
  if (value instanceof Date) return ['d', value.getTime()]
  const kind = Object.keys(arrays).find((name) => value instanceof arrays[name as keyof typeof arrays])
  if (kind !== undefined && ArrayBuffer.isView(value)) {
    return ['a', kind, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')]
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) throw new TypeError('a value is an object with a class of its own')
  return ['o', ...Object.entries(value).map(([name, inner]) => [name, tagged(inner, depth + 1)])]
}

function untagged(value: unknown, depth: number): unknown {
  if (!Array.isArray(value)) {
    if (typeof value === 'object' && value !== null) throw new FalseFrame('a value is an object without a tag')
    return value
  }
  if (depth > 64) throw new FalseFrame('a value is nested deeper than 64 levels')
  const [tag, first, second] = value as readonly unknown[]
  switch (tag) {
    case 'f':
      return Number(first)
    case 'n':
      if (typeof first !== 'string' || !/^-?\d{1,1000}$/.test(first)) throw new FalseFrame('a bigint is none')
      return BigInt(first)
    case 'd':
      return new Date(typeof first === 'number' ? first : Number.NaN)
    case 'a':
      return typedArray(first, second)
    case 'l':
      return value.slice(1).map((inner) => untagged(inner, depth + 1))
    case 'o':
      // Own properties whatever the name: `__proto__` sets no prototype here.
      return Object.fromEntries(
        value.slice(1).map((pair) => {
          if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw new FalseFrame('a value has a member without a name')
          return [pair[0], untagged(pair[1], depth + 1)]
        }),
      )
    default:
      throw new FalseFrame('a value has an unknown tag')
  }
}

function typedArray(kind: unknown, base64: unknown): unknown {
  const Kind = typeof kind === 'string' && Object.hasOwn(arrays, kind) ? arrays[kind as keyof typeof arrays] : undefined
  if (Kind === undefined || typeof base64 !== 'string') throw new FalseFrame('a value is an unknown typed array')
  // Not `Buffer.from` alone: that memory is pooled and not aligned.
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  if (bytes.length % Kind.BYTES_PER_ELEMENT !== 0) throw new FalseFrame('a typed array ends inside an element')
  return new Kind(bytes.buffer)
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'))
  } catch (error) {
    throw new FalseFrame('values are no JSON', { cause: error })
  }
}
