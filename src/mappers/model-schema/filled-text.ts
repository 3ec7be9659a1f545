import { bitAt } from '../../model/bitmap.js'
import type { TextColumn, Utf8Column } from '../to-text.js'

const encoder = new TextEncoder()

/** A text column with one text in place of its nulls. */
export function filledText(column: TextColumn, text: string): TextColumn {
  const { length, validity } = column
  if (column.kind !== 'null' && validity === null) return column
  const fill = encoder.encode(text)
  const source = column.kind === 'dictionary' ? (column.dictionary.values as Utf8Column) : column.kind === 'utf8' ? column : null
  const indices = column.kind === 'dictionary' ? column.indices : null
  const part = (i: number): Uint8Array => {
    if (source === null || !bitAt(validity, i)) return fill
    const at = indices === null ? i : (indices[i] as number)
    return source.data.subarray(source.offsets[at], source.offsets[at + 1])
  }
  const offsets = new Int32Array(length + 1)
  let total = 0
  for (let i = 0; i < length; i++) {
    total += part(i).length
    offsets[i + 1] = total
  }
  const data = new Uint8Array(total)
  for (let i = 0; i < length; i++) data.set(part(i), offsets[i])
  return { kind: 'utf8', length, validity: null, offsets, data }
}
