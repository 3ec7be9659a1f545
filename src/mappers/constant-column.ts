import type { Column, Dictionary } from '../model/column.js'
import { columnOf } from '../model/column-of.js'

/** Ids above those that decoders count up from 0, so that one file's dictionaries stay apart. */
const firstId = 0x4000_0000

/** A column with one text, or with nothing, in every row: made once per mapping, so its dictionary is shared by all batches. */
export function constantText(text: string | null, place: number): (rowCount: number) => Column {
  if (text === null) return (length) => ({ kind: 'null', length, validity: null })
  const dictionary: Dictionary = { id: firstId + place, values: columnOf({ kind: 'utf8' }, [text]) }
  return (length) => ({ kind: 'dictionary', length, validity: null, indices: new Int32Array(length), dictionary })
}

/** A column with one time in every row. */
export function constantTime(time: Date): (rowCount: number) => Column {
  const micros = BigInt(time.getTime()) * 1000n
  return (length) => ({
    kind: 'timestamp',
    length,
    validity: null,
    unit: 'us',
    timezone: 'UTC',
    data: new BigInt64Array(length).fill(micros),
  })
}
