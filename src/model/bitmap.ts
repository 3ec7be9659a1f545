/** Is bit `i`, least significant first, set? `null` means that all are. */
export function bitAt(bitmap: Uint8Array | null, i: number): boolean {
  return bitmap === null || (((bitmap[i >> 3] as number) >> (i & 7)) & 1) === 1
}

export function setBit(bitmap: Uint8Array, i: number): void {
  bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7))
}

/** Bits `from` to `to`; a view on 8-bit boundaries, else a copy. Bits past the length are 0 in a copy. */
export function sliceBitmap(bitmap: Uint8Array, from: number, to: number): Uint8Array {
  if ((from & 7) === 0) return bitmap.subarray(from >> 3, (to + 7) >> 3)
  const part = new Uint8Array((to - from + 7) >> 3)
  for (let i = from; i < to; i++) if (bitAt(bitmap, i)) setBit(part, i - from)
  return part
}

/** Makes a validity bitmap only if something is null. */
export class ValidityBuilder {
  readonly #length: number
  #bitmap: Uint8Array | null = null

  constructor(length: number) {
    this.#length = length
  }

  /** Row `i` is null; all rows are present until said so. */
  setNull(i: number): void {
    if (this.#bitmap === null) {
      this.#bitmap = new Uint8Array((this.#length + 7) >> 3).fill(0xff)
      const rest = this.#length & 7
      if (rest !== 0) this.#bitmap[this.#bitmap.length - 1] = (1 << rest) - 1
    }
    this.#bitmap[i >> 3] = (this.#bitmap[i >> 3] as number) & ~(1 << (i & 7))
  }

  finish(): Uint8Array | null {
    return this.#bitmap
  }
}
