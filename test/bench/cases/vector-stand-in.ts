import type { Column, ColumnGroup, ColumnOf, FileSchema, Mapping, SchemaMapper } from 'lading'
import { vectorColumn } from '../bench-columns.js'

/**
 * For a library that does not map embeddings: the given mapper, and the vector column passed through, or, where it is JSON text
 * (CSV), read from its bytes. Does not follow rejected rows, so it drops them from the vectors itself.
 */
export function withVectors<R>(mapper: SchemaMapper<R>): SchemaMapper<R> {
  return {
    signature: `${mapper.signature}+vectors`,
    compile(schema, file): Mapping<R> {
      const mapping = mapper.compile(schema, file)
      const index = schema.columns.findIndex(({ name }) => name === vectorColumn.name)
      return {
        ...mapping,
        reads: [...mapping.reads, { index, as: typeOf(schema, index) }],
        build: (rows, from, to) => mapping.build(rows, from, to),
        apply(batch) {
          const vectors = toVectors(batch.columns[mapping.reads.length] as Column)
          const rows = mapping.apply({ ...batch, columns: batch.columns.slice(0, mapping.reads.length) })
          const { accepted } = rows
          const kept = accepted.sourceRows === null ? vectors : rowsOf(vectors, accepted.sourceRows, batch.firstRow)
          const group: ColumnGroup = { kind: 'group', names: [vectorColumn.name], columns: [kept] }
          return { ...rows, accepted: { ...accepted, columns: { ...accepted.columns, embedding_features: group } } }
        },
      }
    },
  }
}

const typeOf = (schema: FileSchema, index: number) => {
  const column = schema.columns[index]
  if (column === undefined) throw new Error(`The file has no column ${vectorColumn.name}.`)
  return column.type
}

type Vectors = ColumnOf<'list'> | ColumnOf<'fixedList'>

function toVectors(column: Column): Vectors {
  if (column.kind === 'list' || column.kind === 'fixedList') return column
  if (column.kind !== 'utf8') throw new Error(`The vector column is ${column.kind}.`)
  const { data, offsets, length } = column
  const values = new Float32Array(length * vectorColumn.size)
  for (let i = 0; i < length; i++) readArray(data, offsets[i] as number, offsets[i + 1] as number, values, i * vectorColumn.size)
  const child: Column = { kind: 'float32', length: values.length, validity: null, data: values }
  return { kind: 'fixedList', length, validity: null, size: vectorColumn.size, child }
}

/** Numbers of `[-0.408105, 1e-05]`: digits and a power of ten in exact doubles, all else by the language. */
function readArray(data: Uint8Array, from: number, to: number, out: Float32Array, at: number): void {
  let i = from + 1
  for (let k = 0; k < vectorColumn.size; k++) {
    while (data[i] === 32 || data[i] === 44) i++
    const start = i
    const negative = data[i] === 45
    if (negative) i++
    let digits = 0
    let mantissa = 0
    let scale = 0
    let point = false
    for (; i < to; i++) {
      const byte = data[i] as number
      if (byte === 46) point = true
      else if (byte >= 48 && byte <= 57) {
        mantissa = mantissa * 10 + byte - 48
        digits++
        if (point) scale++
      } else break
    }
    if (digits <= 15 && (data[i] === 44 || data[i] === 93)) {
      const value = mantissa / 10 ** scale
      out[at + k] = negative ? -value : value
      continue
    }
    while (data[i] !== 44 && data[i] !== 93) i++
    out[at + k] = Number(Buffer.from(data.buffer, data.byteOffset + start, i - start).toString('latin1'))
  }
}

/** The vectors of the rows that were kept. */
function rowsOf(column: Vectors, sourceRows: Int32Array, firstRow: number): Vectors {
  const { child } = column
  if (child.kind !== 'float32' && child.kind !== 'float64') throw new Error(`Vectors of ${child.kind}.`)
  const size = vectorColumn.size
  const data = new Float32Array(sourceRows.length * size)
  sourceRows.forEach((row, i) => {
    const from = column.kind === 'list' ? (column.offsets[row - firstRow] as number) : (row - firstRow) * size
    data.set(child.data.subarray(from, from + size), i * size)
  })
  return {
    kind: 'fixedList',
    length: sourceRows.length,
    validity: null,
    size,
    child: { kind: 'float32', length: data.length, validity: null, data },
  }
}
