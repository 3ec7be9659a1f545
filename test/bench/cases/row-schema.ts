import * as v from 'valibot'
import { benchColumns, windowYears } from '../bench-columns.js'

const windowSeconds = windowYears * 365 * 86_400

/**
 * What `modelSchema` checks, as valibot writes it: one object per row, by the file's column names. `bigint` where the library
 * hands 64-bit integers over as bigints.
 */
export function rowSchema(int64: 'number' | 'bigint') {
  const now = Date.now() / 1000
  const inWindow = v.pipe(v.number(), v.minValue(now - windowSeconds), v.maxValue(now + windowSeconds))
  const long = int64 === 'number' ? v.number() : v.pipe(v.bigint(), v.transform(Number))
  const special: Record<string, v.GenericSchema> = {
    id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
    ts: int64 === 'number' ? inWindow : v.pipe(v.bigint(), v.transform(Number), inWindow),
    score: v.nullable(v.pipe(v.number(), v.finite())),
  }
  const entries = benchColumns.map(({ name, type }) => {
    const plain = { VARCHAR: v.string(), DOUBLE: v.number(), INTEGER: v.number(), BIGINT: long }[type]
    return [name, special[name] ?? v.nullable(plain)] as const
  })
  return v.pipe(
    v.object(Object.fromEntries(entries)),
    v.check((row) => row.label !== null || row.score !== null || row.actual !== null),
  )
}

/** Validates rows one by one, handing the good ones on. Stops at a row's first fault, as nothing reads the others. */
export function rowValidator(int64: 'number' | 'bigint', accept: (row: object) => void): (row: unknown) => void {
  const schema = rowSchema(int64)
  const config = { abortEarly: true, abortPipeEarly: true }
  return (row) => {
    const result = v.safeParse(schema, row, config)
    if (result.success) accept(result.output)
  }
}
