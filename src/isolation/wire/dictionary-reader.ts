import type { Column, ColumnOf, Dictionary } from '../../model/column.js'
import { FalseFrame, list, members, wholeNumber } from './claims.js'

/** Dictionaries of one exchange at the same time; each column has one, and those of a batch or two before. */
const MOST_DICTIONARIES = 1_000_000

interface Known {
  dictionary: Dictionary
  /** Room that grows ahead of the values, so that a value is copied a few times at most however often they grow. */
  offsets: Int32Array
  data: Uint8Array
}

/** The dictionaries of one exchange as they were told. Those given out never change: growth makes a longer one. */
export class DictionaryReader {
  readonly #known = new Map<number, Known>()

  readonly dictionaryOf = (number: number): Dictionary => {
    const known = this.#known.get(number)
    if (known === undefined) throw new FalseFrame(`dictionary ${number} was never sent`)
    return known.dictionary
  }

  /**
   * @param readValues reads a described column out of the batch's body
   * @throws FalseFrame
   */
  grow(grown: unknown, readValues: (wire: unknown) => Column): void {
    for (const growth of list(grown, 'grown dictionaries', MOST_DICTIONARIES)) {
      const claimed = members(growth, 'a grown dictionary')
      const number = wholeNumber(claimed.w, 'the number of a dictionary')
      const id = wholeNumber(claimed.id, 'the id of a dictionary', Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)
      const values = readValues(claimed.values)
      if (values.validity !== null) throw new FalseFrame('a dictionary has nulls')
      if (values.kind === 'dictionary') throw new FalseFrame('a dictionary has indices for values')
      const before = this.#known.get(number)
      if (wholeNumber(claimed.from, 'the old length of a dictionary') !== (before?.dictionary.values.length ?? 0)) {
        throw new FalseFrame(`dictionary ${number} does not go on where it ended`)
      }
      if (before === undefined) {
        if (this.#known.size >= MOST_DICTIONARIES) throw new FalseFrame('too many dictionaries are kept')
        this.#known.set(number, { dictionary: { id, values }, offsets: new Int32Array(0), data: new Uint8Array(0) })
      } else appendTo(before, id, values)
    }
  }

  drop(dropped: unknown): void {
    for (const number of list(dropped, 'dropped dictionaries', MOST_DICTIONARIES)) {
      this.#known.delete(wholeNumber(number, 'the number of a dictionary'))
    }
  }
}

function appendTo(known: Known, id: number, more: Column): void {
  const { values } = known.dictionary
  if (id !== known.dictionary.id || !isBytes(values) || !isBytes(more) || more.kind !== values.kind) {
    throw new FalseFrame('a dictionary goes on as another one')
  }
  const length = values.length + more.length
  const used = values.offsets[values.length] as number
  const bytes = used + (more.offsets[more.length] as number)
  if (bytes > 2 ** 31 - 1) throw new FalseFrame('a dictionary has more bytes than offsets can tell')
  if (known.offsets.length <= length) {
    known.offsets = new Int32Array(2 * length + 2)
    known.offsets.set(values.offsets)
  }
  if (known.data.length < bytes) {
    known.data = new Uint8Array(2 * bytes)
    known.data.set(values.data.subarray(0, used))
  }
  // Behind what earlier batches see.
  for (let i = 1; i <= more.length; i++) known.offsets[values.length + i] = used + (more.offsets[i] as number)
  known.data.set(more.data.subarray(0, bytes - used), used)
  known.dictionary = {
    id,
    values: {
      kind: values.kind,
      length,
      validity: null,
      offsets: known.offsets.subarray(0, length + 1),
      data: known.data.subarray(0, bytes),
    },
  }
}

function isBytes(column: Column): column is ColumnOf<'utf8' | 'binary'> {
  return column.kind === 'utf8' || column.kind === 'binary'
}
