/** Types that the library does not know, by the path of their field: indexes of fields, joined by dots. */
export type DisguisedTypes = ReadonlyMap<string, ForeignType>
export type ForeignType = 'RunEndEncoded' | 'ListView' | 'LargeListView'

/** By Arrow's number: the name, and the number of a type with as many children that the library builds instead. */
const foreignTypes: ReadonlyMap<number, readonly [name: ForeignType, as: number]> = new Map([
  [22, ['RunEndEncoded', 13]],
  [25, ['ListView', 12]],
  [26, ['LargeListView', 12]],
])

/**
 * Looks into a message's or footer's header before the library builds objects from it: reads what the library does not
 * show, refuses vectors longer than the bytes that hold them, and puts types it knows in the place of types it does not
 * know (in `bytes` themselves), so that one column cannot make a file unreadable. Out of bounds is a RangeError.
 */
export class FlatbufferCheck {
  readonly #view: DataView
  readonly #root: number
  readonly #foreign = new Map<number, ForeignType>()
  #fields = 0

  readonly disguised = new Map<string, ForeignType>()

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#root = this.#view.getUint32(0, true)
  }

  /** Of the schema in a message (`header`, slot 2) or footer (slot 1). */
  isBigEndian(schemaSlot: 1 | 2): boolean {
    const at = this.#field(this.#table(this.#root, schemaSlot), 0)
    return at !== 0 && this.#view.getInt16(at, true) === 1
  }

  /** A message and what it holds: a schema (header type 1), a dictionary batch (2) or a record batch (3). Returns the type. */
  checkMessage(): number {
    this.#checkMetadata()
    const at = this.#field(this.#root, 1)
    const type = at === 0 ? 0 : this.#view.getUint8(at)
    if (type === 1) this.#checkSchema(this.#table(this.#root, 2))
    else if (type === 2) this.#checkBatch(this.#table(this.#table(this.#root, 2), 1))
    else if (type === 3) this.#checkBatch(this.#table(this.#root, 2))
    return type
  }

  checkFooter(): void {
    this.#checkMetadata()
    this.#checkSchema(this.#table(this.#root, 1))
    // Places of dictionaries and of record batches.
    this.#checkVector(this.#root, 2, 24)
    this.#checkVector(this.#root, 3, 24)
  }

  #checkSchema(schema: number): void {
    this.#checkVector(schema, 2, 4)
    this.#checkVector(schema, 3, 8)
    this.#checkFields(schema, 1, '')
  }

  #checkBatch(batch: number): void {
    // Nodes, buffers, variadic counts.
    this.#checkVector(batch, 1, 16)
    this.#checkVector(batch, 2, 16)
    this.#checkVector(batch, 4, 8)
  }

  #checkMetadata(): void {
    this.#checkVector(this.#root, 4, 4)
  }

  /** Fields may be shared: a small header could otherwise name more of them than memory holds. */
  #checkFields(table: number, slot: number, path: string): void {
    const fields = this.#checkVector(table, slot, 4)
    for (let i = 0; i < fields.length; i++) {
      if (++this.#fields > this.#view.byteLength / 8) throw new RangeError('A schema names more fields than it holds.')
      const at = fields.start + 4 * i
      const field = at + this.#view.getUint32(at, true)
      this.#checkVector(field, 6, 4)
      this.#disguise(field, `${path}${i}`)
      this.#checkFields(field, 5, `${path}${i}.`)
    }
  }

  #disguise(field: number, path: string): void {
    const at = this.#field(field, 2)
    if (at === 0) return
    const foreign = foreignTypes.get(this.#view.getUint8(at))
    if (foreign !== undefined) {
      this.#foreign.set(at, foreign[0])
      this.#view.setUint8(at, foreign[1])
    }
    // A field that stands in several places is disguised once.
    const name = this.#foreign.get(at)
    if (name !== undefined) this.disguised.set(path, name)
  }

  #checkVector(table: number, slot: number, elementBytes: number): { readonly start: number; readonly length: number } {
    const at = this.#field(table, slot)
    if (at === 0) return { start: 0, length: 0 }
    const vector = at + this.#view.getUint32(at, true)
    const length = this.#view.getUint32(vector, true)
    if (vector + 4 + length * elementBytes > this.#view.byteLength) throw new RangeError('A vector is longer than its header.')
    return { start: vector + 4, length }
  }

  /** Position of a field of a table; 0 when it is absent. */
  #field(table: number, slot: number): number {
    const vtable = table - this.#view.getInt32(table, true)
    const entry = 4 + 2 * slot
    if (entry + 2 > this.#view.getUint16(vtable, true)) return 0
    const relative = this.#view.getUint16(vtable + entry, true)
    return relative === 0 ? 0 : table + relative
  }

  #table(table: number, slot: number): number {
    const at = this.#field(table, slot)
    if (at === 0) throw new RangeError('A table is missing.')
    return at + this.#view.getUint32(at, true)
  }
}
