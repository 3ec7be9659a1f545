import type { Column, ColumnOf, Dictionary } from '../../model/column.js'
import { sliceColumn } from '../../model/slice-column.js'
import type { BodyBuilder } from './body.js'
import { writeColumn } from './column-writer.js'
import type { WireGrowth } from './wire-column.js'

/** Batches after which a dictionary that none of them used is forgotten on both sides. */
const KEPT_BATCHES = 4

interface Sent {
  readonly number: number
  readonly id: number
  values: Column
  lastUsed: number
}

/**
 * Numbers the dictionaries of one exchange and tells what each gained, so that values cross once. An id alone is not
 * trusted: a dictionary goes on another one only if it begins with the same values.
 */
export class DictionaryWriter {
  readonly #byDictionary = new WeakMap<Dictionary, Sent>()
  readonly #sent = new Map<number, Sent>()
  readonly #byId = new Map<number, readonly Sent[]>()
  readonly #grown: WireGrowth[] = []
  #body: BodyBuilder | null = null
  #next = 0
  #batch = 0

  /** Begins a batch, whose buffers go into `body`. */
  begin(body: BodyBuilder): void {
    this.#body = body
    this.#batch++
    this.#grown.length = 0
  }

  readonly numberOf = (dictionary: Dictionary): number => {
    let sent = this.#byDictionary.get(dictionary)
    if (sent === undefined || !this.#sent.has(sent.number)) {
      sent = this.#send(dictionary)
      this.#byDictionary.set(dictionary, sent)
    }
    sent.lastUsed = this.#batch
    return sent.number
  }

  /** What the batch's dictionaries gained, and those that are forgotten from now on. */
  end(): { readonly grown: readonly WireGrowth[]; readonly dropped: readonly number[] } {
    const dropped: number[] = []
    for (const { number, id, lastUsed } of this.#sent.values()) {
      if (lastUsed + KEPT_BATCHES >= this.#batch) continue
      dropped.push(number)
      this.#sent.delete(number)
      const others = (this.#byId.get(id) ?? []).filter((sent) => sent.number !== number)
      if (others.length === 0) this.#byId.delete(id)
      else this.#byId.set(id, others)
    }
    return { grown: [...this.#grown], dropped }
  }

  #send(dictionary: Dictionary): Sent {
    const { id } = dictionary
    const values = withoutValidity(dictionary.values)
    const known = this.#byId.get(id) ?? []
    for (const sent of known) {
      if (!startsWith(values, sent.values)) continue
      const from = sent.values.length
      if (values.length > from) this.#grow(sent.number, id, from, sliceColumn(values, from, values.length))
      sent.values = values
      return sent
    }
    const sent: Sent = { number: this.#next++, id, values, lastUsed: this.#batch }
    this.#sent.set(sent.number, sent)
    this.#byId.set(id, [...known, sent])
    this.#grow(sent.number, id, 0, values)
    return sent
  }

  #grow(number: number, id: number, from: number, values: Column): void {
    const body = this.#body as BodyBuilder
    this.#grown.push({ w: number, id, from, values: writeColumn(values, body, this.numberOf) })
  }
}

/** No value of a dictionary is null. */
function withoutValidity(column: Column): Column {
  return column.validity === null ? column : ({ ...column, validity: null } as Column)
}

/** Does `values` begin with `before`? Asked of text and bytes alone, which are the ones that grow. */
function startsWith(values: Column, before: Column): boolean {
  if (values === before) return true
  if (!isBytes(values) || !isBytes(before) || values.kind !== before.kind || values.length < before.length) return false
  const [first, last] = [values.offsets[0] as number, values.offsets[before.length] as number]
  const [firstBefore, lastBefore] = [before.offsets[0] as number, before.offsets[before.length] as number]
  if (last - first !== lastBefore - firstBefore) return false
  const inPlace = values.data.buffer === before.data.buffer && values.data.byteOffset + first === before.data.byteOffset + firstBefore
  if (!inPlace && Buffer.compare(values.data.subarray(first, last), before.data.subarray(firstBefore, lastBefore)) !== 0) return false
  for (let i = 0; i <= before.length; i++) {
    if ((values.offsets[i] as number) - first !== (before.offsets[i] as number) - firstBefore) return false
  }
  return true
}

function isBytes(column: Column): column is ColumnOf<'utf8' | 'binary'> {
  return column.kind === 'utf8' || column.kind === 'binary'
}
