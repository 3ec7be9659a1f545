import type { Column } from '../../model/column.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { NullMarks } from './null-marks.js'
import type { Meter, SkipValue, ValueReader } from './value-reader.js'

/** Only nulls: nothing is stored for them. */
export class NullReader implements ValueReader {
  readonly #meter: Meter
  #length = 0

  constructor(meter: Meter) {
    this.#meter = meter
  }

  read(): void {
    this.readNull()
  }

  readNull(): void {
    this.#length++
    // They cost memory nowhere and time everywhere: a cell or batch of nothing else has an end too.
    this.#meter.bytes++
  }

  finish(): Column {
    const length = this.#length
    this.#length = 0
    return { kind: 'null', length, validity: null }
  }
}

/** A union of null and one other type. */
export class NullableReader implements ValueReader {
  readonly #inner: ValueReader
  readonly #nullBranch: number

  constructor(inner: ValueReader, nullBranch: number) {
    this.#inner = inner
    this.#nullBranch = nullBranch
  }

  read(cursor: BlockCursor): void {
    const branch = cursor.readCount()
    if (branch === this.#nullBranch) this.#inner.readNull()
    else if (branch === 1 - this.#nullBranch) this.#inner.read(cursor)
    else throw new BlockProblem('a union has no such branch')
  }

  readNull(): void {
    this.#inner.readNull()
  }

  finish(): Column {
    return this.#inner.finish()
  }
}

/** The values of a record, field by field. */
export class StructReader implements ValueReader {
  readonly #names: readonly string[]
  readonly #fields: readonly ValueReader[]
  readonly #nulls = new NullMarks()
  #length = 0

  constructor(names: readonly string[], fields: readonly ValueReader[]) {
    this.#names = names
    this.#fields = fields
  }

  read(cursor: BlockCursor): void {
    this.#length++
    for (const field of this.#fields) field.read(cursor)
  }

  readNull(): void {
    this.#nulls.add(this.#length++)
    for (const field of this.#fields) field.readNull()
  }

  finish(): Column {
    const length = this.#length
    this.#length = 0
    return {
      kind: 'struct',
      length,
      validity: this.#nulls.finish(length),
      names: this.#names,
      children: this.#fields.map((field) => field.finish()),
    }
  }
}

/** Arrays, and maps as arrays of key and value: both are written in runs of items. */
export class ListReader implements ValueReader {
  readonly #item: ValueReader
  readonly #leastItem: number
  readonly #meter: Meter
  readonly #nulls = new NullMarks()
  #offsets = new Int32Array(65)
  #length = 0

  /** @param leastItem the fewest bytes an item takes */
  constructor(item: ValueReader, leastItem: number, meter: Meter) {
    this.#item = item
    this.#leastItem = leastItem
    this.#meter = meter
  }

  read(cursor: BlockCursor): void {
    let items = this.#offsets[this.#length] as number
    eachRun(cursor, this.#leastItem, (count) => {
      for (let i = 0; i < count; i++) {
        this.#item.read(cursor)
        if ((i & 1023) === 0) this.#meter.check()
      }
      items += count
    })
    this.#end(items)
  }

  readNull(): void {
    this.#nulls.add(this.#length)
    this.#end(this.#offsets[this.#length] as number)
  }

  finish(): Column {
    const length = this.#length
    const offsets = this.#offsets.slice(0, length + 1)
    this.#offsets = new Int32Array(65)
    this.#length = 0
    return { kind: 'list', length, validity: this.#nulls.finish(length), offsets, child: this.#item.finish() }
  }

  #end(items: number): void {
    if (this.#length + 1 === this.#offsets.length) {
      const grown = new Int32Array(2 * this.#offsets.length)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[++this.#length] = items
    this.#meter.bytes += 4
    this.#meter.check()
  }
}

/** Moves over a list. A run that says how many bytes it has is jumped over. */
export function skipList(item: SkipValue, leastItem: number): SkipValue {
  return (cursor) =>
    eachRun(
      cursor,
      leastItem,
      (count) => {
        // Items of no bytes need no reading, however many they are.
        if (leastItem > 0) for (let i = 0; i < count; i++) item(cursor)
      },
      true,
    )
}

/** Calls `run` with the number of items of each run. With `jump`, runs of known size are passed over instead. */
function eachRun(cursor: BlockCursor, leastItem: number, run: (count: number) => void, jump = false): void {
  for (;;) {
    let count = cursor.readCount()
    if (count === 0) return
    let size: number | null = null
    if (count < 0) {
      count = -count
      size = cursor.readLength()
    }
    if (count * leastItem > cursor.left) throw new BlockProblem('a list has more items than its block has bytes')
    if (size !== null && jump) {
      cursor.skip(size)
      continue
    }
    const start = cursor.at
    run(count)
    if (size !== null && cursor.at !== start + size) throw new BlockProblem('the items of a list do not take the bytes it declares')
  }
}
