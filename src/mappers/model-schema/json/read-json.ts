import { bitAt, ValidityBuilder } from '../../../model/bitmap.js'
import type { Column, ColumnOf } from '../../../model/column.js'
import { compactColumn } from '../../../model/compact-column.js'
import type { TextColumn, Utf8Column } from '../../to-text.js'
import { JsonCursor } from './json-cursor.js'
import type { JsonShape } from './json-shapes.js'

/** The lists that text cells wrote as JSON. */
interface ReadLists {
  readonly lists: ColumnOf<'list'>
  /** 1 where the cell is not of the shape; such a row is null in `lists`. `null`: all are. */
  readonly bad: Uint8Array | null
}

/** Reads columns of JSON texts; remembers what it read of a dictionary. */
export function jsonReader(
  shape: JsonShape,
): (column: TextColumn, isBad: (rowIndex: number) => void) => ColumnOf<'list'> | ColumnOf<'null'> {
  const known = new WeakMap<Column, ReadLists>()
  const cursor = new JsonCursor()
  return (column, isBad) => {
    if (column.kind === 'null') return column
    if (column.kind === 'utf8') {
      const { lists, bad } = readLists(column, 0, shape, cursor)
      for (let i = 0; bad !== null && i < bad.length; i++) if (bad[i] === 1) isBad(i)
      return lists
    }
    const values = column.dictionary.values as Utf8Column
    let read = known.get(values)
    if (read === undefined) {
      read = readLists(values, 1, shape, cursor)
      known.set(values, read)
    }
    return spread(column, read, isBad)
  }
}

/** Each row's list in its place; rows without one show the spare list, which is empty. */
function spread({ indices, validity, length }: ColumnOf<'dictionary'>, { lists, bad }: ReadLists, isBad: (rowIndex: number) => void) {
  const spare = lists.length - 1
  const missing = new ValidityBuilder(length)
  const runs = new Int32Array(2 * length)
  for (let i = 0; i < length; i++) {
    let at = indices[i] as number
    const present = bitAt(validity, i)
    if (!present || bad?.[at] === 1) {
      if (present) isBad(i)
      missing.setNull(i)
      at = spare
    }
    runs[2 * i] = at
    runs[2 * i + 1] = at + 1
  }
  return { ...compactColumn({ ...lists, validity: null }, runs, length), validity: missing.finish() } as ColumnOf<'list'>
}

function readLists({ data, offsets, validity, length }: Utf8Column, spare: 0 | 1, shape: JsonShape, cursor: JsonCursor): ReadLists {
  const items = shape.items()
  const ends = new Int32Array(length + spare + 1)
  const missing = new ValidityBuilder(length + spare)
  let bad: Uint8Array | null = null
  for (let i = 0; i < length; i++) {
    const before = items.length
    if (!bitAt(validity, i)) missing.setNull(i)
    else {
      cursor.open(data, offsets[i] as number, offsets[i + 1] as number)
      if (!shape.read(cursor, items) || !cursor.done()) {
        items.cut(before)
        missing.setNull(i)
        bad ??= new Uint8Array(length)
        bad[i] = 1
      }
    }
    ends[i + 1] = items.length
  }
  if (spare === 1) ends[length + 1] = items.length
  const lists = { kind: 'list', length: length + spare, validity: missing.finish(), offsets: ends, child: items.finish() } as const
  return { lists, bad }
}
