import type { SinkFile } from '../../model/file.js'
import type { Receipt } from '../../model/receipt.js'
import { fenced } from '../fenced.js'
import { fenceName, receiptName } from '../names.js'
import { receiptFor } from '../receipt-for.js'

/** One committed record and where it came from. */
export interface MemoryRow<out R> {
  readonly key: string
  readonly version: string
  readonly generation: number
  /** 1-based row of the file. */
  readonly row: number
  readonly record: R
}

interface CommittedFile<R> {
  readonly receipt: Receipt
  readonly fenceName: string
  rows: readonly MemoryRow<R>[]
}

/** Fences, receipts and rows. Each method is one transaction: none of them waits. */
export class MemoryTables<R> {
  readonly #fences = new Map<string, number>()
  readonly #files = new Map<string, CommittedFile<R>>()

  rows(): MemoryRow<R>[] {
    return [...this.#files.values()].flatMap(({ rows }) => rows)
  }

  receipt(file: SinkFile): Receipt | undefined {
    return this.#files.get(receiptName(file))?.receipt
  }

  raiseFence(file: SinkFile): void {
    this.checkFence(file)
    this.#fences.set(fenceName(file), file.fence)
  }

  /** @throws SinkError `FENCED` when a newer claim came */
  checkFence(file: SinkFile): void {
    const newest = this.#fences.get(fenceName(file)) ?? 0
    if (newest > file.fence) throw fenced(file, newest)
  }

  /** Checks the fence, then keeps rows and receipt; a receipt that is there already is the answer. */
  commit(file: SinkFile, rejected: number, staged: readonly MemoryRow<R>[]): Receipt {
    this.raiseFence(file)
    const stored = this.receipt(file)
    if (stored !== undefined) return stored
    const name = fenceName(file)
    if (file.replacesKey) for (const older of this.#files.values()) if (older.fenceName === name) older.rows = []
    const receipt = receiptFor(file, { rows: staged.length, rejected })
    this.#files.set(receiptName(file), { receipt, fenceName: name, rows: staged })
    return receipt
  }
}
