/** The validity bitmaps of one column, batch by batch; none for a batch without nulls. */
export class ColumnNulls {
  readonly #capacity: number
  #bitmap: Uint8Array | null = null

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Of the batch so far. */
  get current(): Uint8Array | null {
    return this.#bitmap
  }

  set(rowIndex: number): void {
    this.#bitmap ??= new Uint8Array((this.#capacity + 7) >> 3).fill(0xff)
    const bitmap = this.#bitmap
    bitmap[rowIndex >> 3] = (bitmap[rowIndex >> 3] as number) & ~(1 << (rowIndex & 7))
  }

  /** The bitmap of a batch; then begins the next. */
  take(length: number): Uint8Array | null {
    const bitmap = this.#bitmap
    if (bitmap === null) return null
    this.#bitmap = null
    const bytes = (length + 7) >> 3
    const rest = length & 7
    if (rest !== 0) bitmap[bytes - 1] = (bitmap[bytes - 1] as number) & ((1 << rest) - 1)
    return bytes === bitmap.length ? bitmap : bitmap.slice(0, bytes)
  }
}
