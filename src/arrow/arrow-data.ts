import { type Data, type DataType, makeData, Vector } from 'apache-arrow'
import type { Column, Dictionary } from '../model/column.js'

/** One vector a dictionary: batches that share a dictionary share it in Arrow too. */
const vectors = new WeakMap<Column, Vector>()

/** The column's buffers as Arrow data of `type`, which was made from a column of the same kinds. */
export function arrowData(column: Column, type: DataType): Data {
  const { length } = column
  if (column.kind === 'null') return made({ type, length })
  if (column.kind === 'values') throw new RangeError('A column of plain values has no Arrow layout.')
  const rows = { type, length, nullCount: column.validity === null ? 0 : -1, nullBitmap: column.validity }
  switch (column.kind) {
    case 'utf8':
    case 'binary':
      return made({ ...rows, valueOffsets: column.offsets, data: column.data })
    case 'decimal':
      return made({ ...rows, data: new Uint32Array(column.data.buffer, column.data.byteOffset, 4 * length) })
    case 'list':
      return made({ ...rows, valueOffsets: column.offsets, child: arrowData(column.child, childType(type, 0)) })
    case 'fixedList':
      return made({ ...rows, child: arrowData(column.child, childType(type, 0)) })
    case 'struct':
      return made({ ...rows, children: column.children.map((child, i) => arrowData(child, childType(type, i))) })
    case 'dictionary':
      return made({ ...rows, data: column.indices, dictionary: dictionaryVector(column.dictionary, type) })
    default:
      return made({ ...rows, data: column.data })
  }
}

function dictionaryVector({ values }: Dictionary, type: DataType): Vector {
  let vector = vectors.get(values)
  if (vector === undefined) {
    vector = new Vector([arrowData(values, (type as DataType & { readonly dictionary: DataType }).dictionary)])
    vectors.set(values, vector)
  }
  return vector
}

function childType(type: DataType, i: number): DataType {
  return (type.children as readonly { readonly type: DataType }[])[i]?.type as DataType
}

/** `makeData` is typed by one overload a type; here the type is known at run time only. */
function made(props: { readonly type: DataType; readonly length: number } & Readonly<Record<string, unknown>>): Data {
  return makeData(props as unknown as Parameters<typeof makeData>[0]) as Data
}
