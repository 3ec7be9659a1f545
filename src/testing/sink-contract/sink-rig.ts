import assert from 'node:assert/strict'
import type { CallOptions } from '../../contracts/call-options.js'
import type { FileWriter, Sink } from '../../contracts/sink.js'
import { ImportError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import type { Receipt } from '../../model/receipt.js'
import { mappedBatch } from '../mapped-batch.js'

/** The records that the kit writes. */
export interface ContractRecord {
  readonly id: string
  readonly amount: number | null
}

/** One row as it stands in the storage, and where it came from. */
export interface StoredRow extends ContractRecord {
  readonly key: string
  readonly version: string
  readonly generation: number
  /** 1-based. */
  readonly row: number
}

/** What a maker hands to each case: a sink over empty storage, and a way to read all that the storage holds. */
export interface SinkUnderTest {
  readonly sink: Sink<ContractRecord>
  /** Every stored row, in any order, repeats included. */
  read(): Promise<readonly StoredRow[]>
  /** A second sink over the same storage, as another worker would have it. @defaultValue the sink itself */
  another?(): Promise<Sink<ContractRecord>>
  /** What `seal` was given sees: the rows of a transaction that is open. For sinks with a `database`. */
  readWithin?(transaction: unknown): Promise<readonly StoredRow[]>
  /** Called when the case has ended. */
  close?(): Promise<void>
}

/** `replaces` and `shared` are for transactional sinks that say so: `replaces: true`, a `database`. */
export type SinkNeeds = 'any' | 'idempotent' | 'transactional' | 'replaces' | 'shared'

/** One requirement of the contract. `run` rejects with the reason when the sink does not meet it. */
export interface SinkCase {
  readonly name: string
  /** What the sink must declare for the case to apply. */
  readonly needs: SinkNeeds
  run(make: () => Promise<SinkUnderTest>): Promise<void>
}

export const options: CallOptions = { signal: new AbortController().signal }

export const fileOf = (over: Partial<SinkFile> = {}): SinkFile => ({
  jobId: 'kit/job',
  key: 'a/1.csv',
  version: 'e:one:10',
  generation: 1,
  size: 10,
  schemaVersion: 1,
  sourceTime: new Date('2026-01-02T03:04:05.678Z'),
  asOf: new Date('2026-01-02T04:00:00Z'),
  attempt: 1,
  fence: 1,
  first: false,
  replacesKey: false,
  shared: false,
  ...over,
})

/** Six rows read in two batches, the third of them rejected. */
const rowsRead = [1, 2, 4, 5, 6]
const rejected = 1
const recordOf = (row: number, mark: string): ContractRecord => ({ id: `${mark}-${row}`, amount: row === 2 ? null : row / 4 })
export const batchesOf = (mark: string) => [
  mappedBatch(
    [1, 2].map((row) => recordOf(row, mark)),
    { firstRow: 1, rowsRead: 3, sourceRows: [1, 2], token: `${mark}/1+3` },
  ),
  mappedBatch(
    [4, 5, 6].map((row) => recordOf(row, mark)),
    { firstRow: 4, rowsRead: 3, token: `${mark}/4+3` },
  ),
]
export const summary = { rows: rowsRead.length, rejected }
export const storedOf = ({ key, version, generation }: SinkFile, mark: string): StoredRow[] =>
  rowsRead.map((row) => ({ key, version, generation, row, ...recordOf(row, mark) }))

export async function writerOf(sink: Sink<ContractRecord>, file: SinkFile): Promise<FileWriter<ContractRecord>> {
  const answer = await sink.begin(file, options)
  assert.ok('write' in answer, 'begin answered with a receipt where none can be')
  return answer
}

export async function receiptOf(sink: Sink<ContractRecord>, file: SinkFile): Promise<Receipt> {
  const answer = await sink.begin(file, options)
  assert.ok(!('write' in answer), 'begin answered with a writer for a committed file')
  return answer
}

export async function writeAll(writer: FileWriter<ContractRecord>, mark: string): Promise<void> {
  for (const batch of batchesOf(mark)) await writer.write(batch, options)
}

export async function importFile(sink: Sink<ContractRecord>, file: SinkFile, mark: string): Promise<Receipt> {
  const writer = await writerOf(sink, file)
  await writeAll(writer, mark)
  return writer.commit(summary, options)
}

export async function assertFenced(attempt: Promise<unknown>, what: string): Promise<void> {
  await assert.rejects(
    attempt,
    (error) => {
      assert.ok(error instanceof ImportError, `${what}: threw something that is no ImportError`)
      assert.equal(error.code, 'FENCED', `${what}: ${error.message}`)
      assert.equal(error.retryable, false)
      return true
    },
    `${what} must be refused`,
  )
}

export async function assertHolds(read: SinkUnderTest['read'], expected: readonly StoredRow[]): Promise<void> {
  const sorted = (rows: readonly StoredRow[]): string[] =>
    rows.map(({ key, version, generation, row, id, amount }) => JSON.stringify([key, version, generation, row, id, amount])).sort()
  assert.deepEqual(sorted(await read()), sorted(expected))
}

/** A zombie's write may pass or be refused; nothing of it may be seen. */
export async function zombieWrites(zombie: FileWriter<ContractRecord>, mark: string): Promise<void> {
  for (const batch of batchesOf(mark)) {
    await zombie.write(batch, options).catch((error: unknown) => {
      assert.ok(error instanceof ImportError && error.code === 'FENCED', 'a zombie’s write may only be refused as FENCED')
    })
  }
}

/** Remembers the writers of a sink, so that those which a case leaves open, as a worker that stands still does, end with it. */
function tracked(sink: Sink<ContractRecord>, open: Set<FileWriter<ContractRecord>>): Sink<ContractRecord> {
  return {
    ...sink,
    async begin(file, given) {
      const answer = await sink.begin(file, given)
      if (!('write' in answer)) return answer
      open.add(answer)
      return {
        write: (batch, options) => answer.write(batch, options),
        async commit(counts, options) {
          const receipt = await answer.commit(counts, options)
          open.delete(answer)
          return receipt
        },
        async abort(reason, options) {
          open.delete(answer)
          await answer.abort(reason, options)
        },
      }
    },
  }
}

type Body = (part: SinkUnderTest & { readonly other: Sink<ContractRecord> }) => Promise<void>
export const sinkCase = (needs: SinkCase['needs'], name: string, body: Body): SinkCase => ({
  name,
  needs,
  async run(make) {
    const part = await make()
    const open = new Set<FileWriter<ContractRecord>>()
    try {
      const sink = tracked(part.sink, open)
      const another = await part.another?.()
      const other = another === undefined ? sink : tracked(another, open)
      const within = part.readWithin?.bind(part)
      await body({ sink, read: () => part.read(), other, ...(within === undefined ? {} : { readWithin: within }) })
    } finally {
      // Refused or not: what the case has shown is all that counts.
      await Promise.allSettled([...open].map((writer) => writer.abort('the case has ended', options)))
      await part.close?.()
    }
  },
})
