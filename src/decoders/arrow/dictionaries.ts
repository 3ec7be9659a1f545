import { bitAt, ValidityBuilder } from '../../model/bitmap.js'
import type { Column, Dictionary } from '../../model/column.js'
import { columnOf } from '../../model/column-of.js'
import { unsupportedFile } from '../decode-failure.js'
import type { ArrowField, ArrowLayout } from './arrow-field.js'
import { gather, joinColumns } from './gather.js'
import type { MessageBody } from './message-body.js'
import { readColumn } from './read-column.js'

interface Entry {
  readonly dictionary: Dictionary
  /** Validity of the values: ours have no nulls, a row that points at one is null itself. */
  readonly present: Uint8Array | null
}

type DictionaryLayout = Extract<ArrowLayout, { form: 'dictionary' }>

/** The dictionaries of one file, by their id in the file. A replaced one gets a new id of ours, a grown one keeps it. */
export class ArrowDictionaries {
  readonly #fields = new Map<number, ArrowField>()
  readonly #entries = new Map<number, Entry>()
  #nextId = 1

  constructor(fields: readonly ArrowField[]) {
    for (const field of fields) this.#register(field)
  }

  /** Takes in a dictionary message. */
  add(id: number, isDelta: boolean, body: MessageBody): void {
    const field = this.#fields.get(id)
    if (field === undefined) throw body.corrupt(`holds dictionary ${id}, which no column uses`)
    const values = readColumn(field, body, this, body.rowCount)
    const before = this.#entries.get(id)
    if (!isDelta || before === undefined) {
      this.#entries.set(id, { dictionary: { id: this.#nextId++, values: withoutValidity(values) }, present: values.validity })
      return
    }
    const joined = joinColumns({ ...before.dictionary.values, validity: before.present } as Column, values)
    if (joined === undefined) {
      throw unsupportedFile(
        `An Arrow dictionary of ${field.typeName} grows within the file.`,
        'Write the column without dictionary, or its dictionary once.',
        {
          column: field.name,
        },
      )
    }
    this.#entries.set(id, { dictionary: { id: before.dictionary.id, values: withoutValidity(joined) }, present: joined.validity })
  }

  /** The next buffer as a column: a dictionary column of text, other values gathered. */
  column(
    layout: DictionaryLayout,
    rows: { readonly length: number; readonly validity: Uint8Array | null },
    body: MessageBody,
    name: string,
  ): Column {
    const { length } = rows
    const { dictionary, present } = this.#entries.get(layout.id) ?? this.#empty(layout)
    const indices = nextIndices(layout, length, body)
    const size = dictionary.values.length
    const validity = new ValidityBuilder(length)
    for (let i = 0; i < length; i++) {
      const index = indices[i] as number
      if (bitAt(rows.validity, i)) {
        // Unsigned 32-bit indices beyond 2^31 are negative here.
        if (index < 0 || index >= size) throw body.corrupt(`has index ${index} in a dictionary of ${size}`, name)
        if (bitAt(present, index)) continue
      }
      validity.setNull(i)
      indices[i] = 0
    }
    const own = validity.finish()
    const { values } = dictionary
    if (values.kind !== 'utf8') {
      const gathered = gather(values, indices, own)
      if (gathered !== undefined) return gathered
    }
    return { kind: 'dictionary', length, validity: own, indices, dictionary }
  }

  #empty(layout: DictionaryLayout): Entry {
    const entry: Entry = { dictionary: { id: this.#nextId++, values: columnOf(layout.values.type, []) }, present: null }
    this.#entries.set(layout.id, entry)
    return entry
  }

  #register(field: ArrowField): void {
    const { layout } = field
    if (layout.form === 'dictionary') {
      this.#fields.set(layout.id, layout.values)
      this.#register(layout.values)
    } else if (layout.form === 'list' || layout.form === 'fixedList' || layout.form === 'listView') this.#register(layout.child)
    else if (layout.form === 'struct' || layout.form === 'runs' || layout.form === 'union')
      for (const child of layout.children) this.#register(child)
  }
}

function nextIndices({ width, signed }: DictionaryLayout, length: number, body: MessageBody): Int32Array {
  switch (width) {
    case 1:
      return Int32Array.from(signed ? body.nextValues(Int8Array, length) : body.nextValues(Uint8Array, length))
    case 2:
      return Int32Array.from(signed ? body.nextValues(Int16Array, length) : body.nextValues(Uint16Array, length))
    case 4:
      return body.nextValues(Int32Array, length)
    default:
      return Int32Array.from(body.nextValues(BigInt64Array, length), (index) => (index >= 0n && index <= 0x7fffffffn ? Number(index) : -1))
  }
}

function withoutValidity(values: Column): Column {
  return values.kind === 'null' || values.kind === 'values' ? values : { ...values, validity: null }
}
