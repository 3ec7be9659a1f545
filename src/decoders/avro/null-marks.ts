import { ValidityBuilder } from '../../model/bitmap.js'

/** Which values of a growing column are null; costs nothing until one is. */
export class NullMarks {
  #rows: number[] = []

  add(row: number): void {
    this.#rows.push(row)
  }

  /** The validity of `length` values; the marks are empty afterwards. */
  finish(length: number): Uint8Array | null {
    const validity = new ValidityBuilder(length)
    for (const row of this.#rows) validity.setNull(row)
    this.#rows = []
    return validity.finish()
  }
}
