import { compareKeys } from '../../model/compare-keys.js'
import type { ObjectInfo } from '../../model/object-info.js'
import type { FileRow } from '../file-row.js'
import { leaseLost, resetRow, resets, wantsDiscovery } from '../file-transitions.js'
import { changedTally } from '../job-tally.js'
import type { AttemptRecord, FileQuery, JobRecord, PollRecord, ResetChoice, ResetSum, StoreTables, TallyRecord } from '../store-tables.js'
import { MemoryFiles } from './memory-files.js'

interface JobTables {
  job: JobRecord
  readonly schemas: Map<string, number>
  readonly pins: Map<string, string>
  readonly files: MemoryFiles
  tally: TallyRecord
  poll: PollRecord
}

/** The tables as maps, with a list of what takes each change back. */
export class MemoryTables implements StoreTables {
  readonly #jobs: JobTables[] = []
  readonly #jobNos = new Map<string, number>()
  /** By file, in order of fence. */
  readonly #attempts = new Map<number, AttemptRecord[]>()
  #undo: (() => void)[] = []
  #fileNo = 0
  #fence = 0

  /** All that `work` does, or nothing when it throws. */
  run<T>(work: () => T): T {
    this.#undo = []
    try {
      return work()
    } catch (error) {
      for (const step of this.#undo.reverse()) step()
      throw error
    }
  }

  job(id: string): JobRecord | undefined {
    const jobNo = this.#jobNos.get(id)
    return jobNo === undefined ? undefined : this.#of(jobNo).job
  }

  jobs(after: string | undefined, limit: number): readonly JobRecord[] {
    return this.#jobs
      .map(({ job }) => job)
      .filter(({ id }) => after === undefined || compareKeys(id, after) > 0)
      .sort((a, b) => compareKeys(a.id, b.id))
      .slice(0, limit)
  }

  insertJob(values: Omit<JobRecord, 'jobNo'>, now: number): JobRecord {
    const job = { ...values, jobNo: this.#jobs.length }
    this.#jobs.push({
      job,
      schemas: new Map(),
      pins: new Map(),
      files: new MemoryFiles(),
      tally: { imported: 0, rowsWritten: 0, rowsRejected: 0, bytes: 0, lastImportedAt: null },
      poll: { ...newPoll, nextPollAt: now },
    })
    this.#jobNos.set(job.id, job.jobNo)
    this.#undo.push(() => {
      this.#jobs.pop()
      this.#jobNos.delete(job.id)
    })
    return job
  }

  saveJob(job: JobRecord): void {
    this.#set(this.#of(job.jobNo), 'job', job)
  }

  schemaNumber(jobNo: number, hash: string): number | undefined {
    return this.#of(jobNo).schemas.get(hash)
  }

  insertSchema(jobNo: number, number: number, hash: string): void {
    const { schemas } = this.#of(jobNo)
    schemas.set(hash, number)
    this.#undo.push(() => schemas.delete(hash))
  }

  pinned(jobNo: number, schemaVersion: number, column: string): string | undefined {
    return this.#of(jobNo).pins.get(`${schemaVersion} ${column}`)
  }

  insertPin(jobNo: number, schemaVersion: number, column: string, type: string): void {
    const { pins } = this.#of(jobNo)
    pins.set(`${schemaVersion} ${column}`, type)
    this.#undo.push(() => pins.delete(`${schemaVersion} ${column}`))
  }

  unknown(jobNo: number, page: readonly ObjectInfo[], rulesVersion: number): readonly number[] {
    const { files } = this.#of(jobNo)
    return page.flatMap(({ key, version }, i) => {
      const row = files.get(key, version)
      return row === undefined || wantsDiscovery(row, rulesVersion) ? [i] : []
    })
  }

  file(jobNo: number, key: string, version: string): FileRow | undefined {
    return this.#of(jobNo).files.get(key, version)
  }

  versions(jobNo: number, key: string): readonly FileRow[] {
    return [...this.#of(jobNo).files.versions(key)]
  }

  insertFile(jobNo: number, values: Omit<FileRow, 'fileNo'>): FileRow {
    const row = { ...values, fileNo: ++this.#fileNo }
    this.saveFile(jobNo, row)
    return row
  }

  saveFile(jobNo: number, row: FileRow): void {
    const { files } = this.#of(jobNo)
    const old = files.put(row)
    this.#undo.push(() => files.restore(row, old))
  }

  claimed(jobNo: number): readonly FileRow[] {
    return this.#of(jobNo).files.claimed()
  }

  lost(jobNo: number, worker: string, now: number, inDoubtOnly: boolean, limit: number): readonly FileRow[] {
    return this.claimed(jobNo)
      .filter((row) => leaseLost(row, worker, now) && (!inDoubtOnly || row.inDoubt))
      .slice(0, limit)
  }

  claimable(jobNo: number, now: number, inDoubtOnly: boolean, limit: number): readonly FileRow[] {
    return this.#of(jobNo).files.claimable(now, inDoubtOnly, limit)
  }

  pending(jobNo: number, now: number, inDoubtOnly: boolean, most: number): ReturnType<MemoryFiles['pending']> {
    return this.#of(jobNo).files.pending(now, inDoubtOnly, most)
  }

  reset(jobNo: number, which: ResetChoice, now: number): ResetSum {
    const rows = [...this.#of(jobNo).files].filter((row) => resets(row, which))
    for (const row of rows) this.saveFile(jobNo, resetRow(row, which, now))
    const sum = (amount: (row: FileRow) => number): number => rows.reduce((total, row) => total + amount(row), 0)
    return {
      files: rows.length,
      rowsWritten: sum((row) => row.rowsWritten ?? 0),
      rowsRejected: sum((row) => row.rowsRejected ?? 0),
      bytes: sum((row) => row.size),
    }
  }

  files(jobNo: number, query: FileQuery): readonly FileRow[] {
    return this.#of(jobNo).files.list(query)
  }

  count(jobNo: number): Awaited<ReturnType<StoreTables['count']>> {
    const { pending, claimed, failed, skipped } = this.#of(jobNo).files.counts
    return { pending, claimed, failed, skipped }
  }

  attempt(fileNo: number, fence: number): AttemptRecord | undefined {
    return this.#attempts.get(fileNo)?.find((attempt) => attempt.fence === fence)
  }

  insertAttempt(attempt: AttemptRecord): void {
    const tries = this.#attempts.get(attempt.fileNo) ?? []
    tries.push(attempt)
    this.#attempts.set(attempt.fileNo, tries)
    this.#undo.push(() => tries.pop())
  }

  saveAttempt(attempt: AttemptRecord): void {
    const tries = this.#attempts.get(attempt.fileNo) ?? []
    const at = tries.findIndex(({ fence }) => fence === attempt.fence)
    const old = tries[at]
    if (old === undefined) return
    tries[at] = attempt
    this.#undo.push(() => {
      tries[at] = old
    })
  }

  attempts(jobNo: number, key: string): Awaited<ReturnType<StoreTables['attempts']>> {
    return this.versions(jobNo, key)
      .flatMap(({ fileNo, version }) => (this.#attempts.get(fileNo) ?? []).map((attempt) => ({ ...attempt, version })))
      .sort((a, b) => a.fence - b.fence)
  }

  tally(jobNo: number): TallyRecord {
    return this.#of(jobNo).tally
  }

  changeTally(jobNo: number, change: TallyRecord): void {
    this.#set(this.#of(jobNo), 'tally', changedTally(this.tally(jobNo), change))
  }

  poll(jobNo: number): PollRecord {
    return this.#of(jobNo).poll
  }

  savePoll(jobNo: number, poll: PollRecord): void {
    this.#set(this.#of(jobNo), 'poll', poll)
  }

  nextFence(): number {
    this.raiseFence(this.#fence + 1)
    return this.#fence
  }

  raiseFence(above: number): void {
    const old = this.#fence
    this.#fence = Math.max(old, above)
    this.#undo.push(() => {
      this.#fence = old
    })
  }

  #of(jobNo: number): JobTables {
    return this.#jobs[jobNo] as JobTables
  }

  #set<K extends 'job' | 'tally' | 'poll'>(tables: JobTables, name: K, value: JobTables[K]): void {
    const old = tables[name]
    tables[name] = value
    this.#undo.push(() => {
      tables[name] = old
    })
  }
}

const newPoll = {
  fence: 0,
  owner: null,
  leaseUntil: null,
  cursor: '{}',
  lastPolledAt: null,
  lastSweepAt: null,
  lastSweepMs: null,
  consecutiveFailures: 0,
  blocked: null,
} as const
