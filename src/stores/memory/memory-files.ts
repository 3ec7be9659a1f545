import { compareKeys } from '../../model/compare-keys.js'
import type { FileState } from '../../model/job-status.js'
import type { FileRow } from '../file-row.js'
import { waitsFor } from '../file-transitions.js'
import type { FileQuery } from '../store-tables.js'
import { DueQueue } from './due-queue.js'

/** One job's files, with what the indexes of a database would give. */
export class MemoryFiles {
  readonly #byKey = new Map<string, FileRow[]>()
  readonly #pending = new Map<number, FileRow>()
  readonly #claimed = new Map<number, FileRow>()
  readonly #due = new DueQueue()
  readonly #counts = { pending: 0, claimed: 0, imported: 0, failed: 0, skipped: 0 }
  #sortedKeys: string[] | undefined;

  *[Symbol.iterator](): Generator<FileRow> {
    for (const versions of this.#byKey.values()) yield* versions
  }

  get counts(): Readonly<Record<FileState, number>> {
    return this.#counts
  }

  /** In order of discovery. */
  versions(key: string): readonly FileRow[] {
    return this.#byKey.get(key) ?? []
  }

  get(key: string, version: string): FileRow | undefined {
    return this.versions(key).find((row) => row.version === version)
  }

  /** Inserts or replaces; the row as it was, to be put back by {@link restore}. */
  put(row: FileRow): FileRow | undefined {
    const versions = this.#byKey.get(row.key)
    const at = versions?.findIndex((other) => other.fileNo === row.fileNo) ?? -1
    const old = versions?.[at]
    if (versions === undefined) {
      this.#byKey.set(row.key, [row])
      this.#sortedKeys = undefined
    } else if (at === -1) versions.push(row)
    else versions[at] = row
    this.#leave(old)
    this.#enter(row)
    return old
  }

  /** Takes a {@link put} back. */
  restore(row: FileRow, old: FileRow | undefined): void {
    if (old !== undefined) {
      this.put(old)
      return
    }
    const rest = this.versions(row.key).filter((other) => other.fileNo !== row.fileNo)
    if (rest.length === 0) {
      this.#byKey.delete(row.key)
      this.#sortedKeys = undefined
    } else this.#byKey.set(row.key, rest)
    this.#leave(row)
  }

  claimed(): readonly FileRow[] {
    return [...this.#claimed.values()].sort((a, b) => (a.leaseUntil ?? 0) - (b.leaseUntil ?? 0) || a.fileNo - b.fileNo)
  }

  claimable(now: number, inDoubtOnly: boolean, limit: number): readonly FileRow[] {
    const rows: FileRow[] = []
    const seen = new Map<number, FileRow>()
    for (let mark = this.#due.peek(); rows.length < limit && mark !== undefined && mark.notBefore <= now; mark = this.#due.peek()) {
      this.#due.take()
      const row = this.#pending.get(mark.fileNo)
      if (row === undefined || row.notBefore !== mark.notBefore || seen.has(row.fileNo)) continue
      seen.set(row.fileNo, row)
      if ((!inDoubtOnly || row.inDoubt) && !this.versions(row.key).some((other) => waitsFor(row, other))) rows.push(row)
    }
    for (const { notBefore, fileNo } of seen.values()) this.#due.push({ notBefore, fileNo })
    return rows
  }

  pending(now: number, inDoubtOnly: boolean, most: number): { due: number; later: number; nextAt: number | null } {
    let due = 0
    let later = 0
    let nextAt: number | null = null
    for (const row of this.#pending.values()) {
      if (inDoubtOnly && !row.inDoubt) continue
      if (row.notBefore <= now) due++
      else {
        later++
        nextAt = Math.min(nextAt ?? row.notBefore, row.notBefore)
      }
    }
    return { due: Math.min(due, most), later: Math.min(later, most), nextAt }
  }

  list({ after, under, key, state, limit }: FileQuery): readonly FileRow[] {
    this.#sortedKeys ??= [...this.#byKey.keys()].sort(compareKeys)
    const rows: FileRow[] = []
    for (const candidate of key === undefined ? this.#sortedKeys : [key]) {
      if (rows.length >= limit) break
      if (after !== undefined && compareKeys(candidate, after) <= 0) continue
      if (under !== undefined && !candidate.startsWith(under)) continue
      rows.push(...this.versions(candidate).filter((row) => state === undefined || row.state === state))
    }
    return rows
  }

  #leave(row: FileRow | undefined): void {
    if (row === undefined) return
    this.#counts[row.state]--
    this.#pending.delete(row.fileNo)
    this.#claimed.delete(row.fileNo)
  }

  #enter(row: FileRow): void {
    this.#counts[row.state]++
    if (row.state === 'claimed') this.#claimed.set(row.fileNo, row)
    if (row.state !== 'pending') return
    this.#pending.set(row.fileNo, row)
    this.#due.push({ notBefore: row.notBefore, fileNo: row.fileNo })
  }
}
