import { setBit, ValidityBuilder } from './bitmap.js'
import type { Column } from './column.js'
import type { DataType } from './data-type.js'

const encoder = new TextEncoder()

const numberArrays = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  date: Int32Array,
} as const

/**
 * A typed column made of JavaScript values; `null` and `undefined` are null.
 *
 * int64, uint64, timestamp, time: bigint or a safe integer, in the type's unit. date: days. decimal: the unscaled bigint.
 * utf8: string. binary: bytes. list, fixedList: arrays or typed arrays. struct: objects by field name.
 *
 * @throws TypeError or RangeError when a value is not of the type: a programming error of the caller
 */
export function columnOf(type: DataType, values: ArrayLike<unknown>): Column {
  const length = values.length
  const validity = new ValidityBuilder(length)
  /** Calls `put` for each present value and marks the others. */
  const each = (put: (value: unknown, i: number) => void): void => {
    for (let i = 0; i < length; i++) {
      const value = values[i]
      if (value === null || value === undefined) validity.setNull(i)
      else put(value, i)
    }
  }
  const wide = (data: BigInt64Array | BigUint64Array): void =>
    each((value, i) => {
      data[i] = typeof value === 'bigint' ? value : BigInt(value as number)
    })
  switch (type.kind) {
    case 'null':
      return { kind: 'null', length, validity: null }
    case 'unknown':
      return { kind: 'values', length, validity: null, values }
    case 'int64': {
      const data = new BigInt64Array(length)
      wide(data)
      return { kind: 'int64', length, validity: validity.finish(), data }
    }
    case 'uint64': {
      const data = new BigUint64Array(length)
      wide(data)
      return { kind: 'uint64', length, validity: validity.finish(), data }
    }
    case 'timestamp': {
      const data = new BigInt64Array(length)
      wide(data)
      return { kind: 'timestamp', length, validity: validity.finish(), data, unit: type.unit, timezone: type.timezone }
    }
    case 'time': {
      const data = new BigInt64Array(length)
      wide(data)
      return { kind: 'time', length, validity: validity.finish(), data, unit: type.unit }
    }
    case 'decimal': {
      const data = new BigInt64Array(2 * length)
      each((value, i) => {
        data[2 * i] = BigInt.asIntN(64, value as bigint)
        data[2 * i + 1] = (value as bigint) >> 64n
      })
      return { kind: 'decimal', length, validity: validity.finish(), data, precision: type.precision, scale: type.scale }
    }
    case 'bool': {
      const data = new Uint8Array((length + 7) >> 3)
      each((value, i) => {
        if (value === true) setBit(data, i)
      })
      return { kind: 'bool', length, validity: validity.finish(), data }
    }
    case 'utf8':
    case 'binary':
      return bytesColumn(type.kind, values, validity)
    case 'list': {
      const offsets = new Int32Array(length + 1)
      const items: unknown[] = []
      for (let i = 0; i < length; i++) {
        const list = (values[i] ?? null) as ArrayLike<unknown> | null
        if (list === null) validity.setNull(i)
        else for (let j = 0; j < list.length; j++) items.push(list[j])
        offsets[i + 1] = items.length
      }
      return { kind: 'list', length, validity: validity.finish(), offsets, child: columnOf(type.item, items) }
    }
    case 'fixedList': {
      const items = new Array<unknown>(length * type.size).fill(null)
      each((value, i) => {
        for (let j = 0; j < type.size; j++) items[i * type.size + j] = (value as ArrayLike<unknown>)[j]
      })
      return { kind: 'fixedList', length, validity: validity.finish(), size: type.size, child: columnOf(type.item, items) }
    }
    case 'struct': {
      each(() => {})
      const children = type.fields.map(({ name, type: inner }) =>
        columnOf(
          inner,
          Array.from({ length }, (_, i) => (values[i] as Record<string, unknown> | null | undefined)?.[name] ?? null),
        ),
      )
      return { kind: 'struct', length, validity: validity.finish(), names: type.fields.map(({ name }) => name), children }
    }
    default: {
      const data = new numberArrays[type.kind](length)
      each((value, i) => {
        data[i] = value as number
      })
      // One member per numeric kind: the table pairs each kind with its array.
      return { kind: type.kind, length, validity: validity.finish(), data } as Column
    }
  }
}

/** Text or bytes, end to end; the buffer doubles as it fills. */
function bytesColumn(kind: 'utf8' | 'binary', values: ArrayLike<unknown>, validity: ValidityBuilder): Column {
  const length = values.length
  const offsets = new Int32Array(length + 1)
  let data = new Uint8Array(16 * length + 64)
  let at = 0
  const reserve = (bytes: number): void => {
    if (at + bytes <= data.length) return
    const grown = new Uint8Array(Math.max(2 * data.length, at + bytes))
    grown.set(data.subarray(0, at))
    data = grown
  }
  for (let i = 0; i < length; i++) {
    const value = values[i]
    if (value === null || value === undefined) validity.setNull(i)
    else if (typeof value === 'string') {
      reserve(3 * value.length)
      at += encoder.encodeInto(value, data.subarray(at)).written
    } else {
      reserve((value as Uint8Array).length)
      data.set(value as Uint8Array, at)
      at += (value as Uint8Array).length
    }
    offsets[i + 1] = at
  }
  return { kind, length, validity: validity.finish(), offsets, data: data.slice(0, at) }
}
