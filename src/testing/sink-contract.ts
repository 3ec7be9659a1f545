import assert from 'node:assert/strict'
import type { FileWriter, Sink } from '../contracts/sink.js'
import { ImportError } from '../errors.js'
import type { SinkFile } from '../model/file.js'
import type { Receipt } from '../model/receipt.js'
import { mappedBatch } from './mapped-batch.js'

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
  /** Called when the case has ended. */
  close?(): Promise<void>
}

/** One requirement of the contract. `run` rejects with the reason when the sink does not meet it. */
export interface SinkCase {
  readonly name: string
  /** What the sink must declare for the case to apply. */
  readonly needs: 'transactional' | 'replaces' | 'any'
  run(make: () => Promise<SinkUnderTest>): Promise<void>
}

const options = { signal: new AbortController().signal }

const fileOf = (over: Partial<SinkFile> = {}): SinkFile => ({
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
const batchesOf = (mark: string) => [
  mappedBatch(
    [1, 2].map((row) => recordOf(row, mark)),
    { firstRow: 1, rowsRead: 3, sourceRows: [1, 2], token: `${mark}/1+3` },
  ),
  mappedBatch(
    [4, 5, 6].map((row) => recordOf(row, mark)),
    { firstRow: 4, rowsRead: 3, token: `${mark}/4+3` },
  ),
]
const summary = { rows: rowsRead.length, rejected }
const storedOf = ({ key, version, generation }: SinkFile, mark: string): StoredRow[] =>
  rowsRead.map((row) => ({ key, version, generation, row, ...recordOf(row, mark) }))

async function writerOf(sink: Sink<ContractRecord>, file: SinkFile): Promise<FileWriter<ContractRecord>> {
  const answer = await sink.begin(file, options)
  assert.ok('write' in answer, 'begin answered with a receipt where none can be')
  return answer
}

async function receiptOf(sink: Sink<ContractRecord>, file: SinkFile): Promise<Receipt> {
  const answer = await sink.begin(file, options)
  assert.ok(!('write' in answer), 'begin answered with a writer for a committed file')
  return answer
}

async function writeAll(writer: FileWriter<ContractRecord>, mark: string): Promise<void> {
  for (const batch of batchesOf(mark)) await writer.write(batch, options)
}

async function importFile(sink: Sink<ContractRecord>, file: SinkFile, mark: string): Promise<Receipt> {
  const writer = await writerOf(sink, file)
  await writeAll(writer, mark)
  return writer.commit(summary, options)
}

async function assertFenced(attempt: Promise<unknown>, what: string): Promise<void> {
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

async function assertHolds(read: SinkUnderTest['read'], expected: readonly StoredRow[]): Promise<void> {
  const sorted = (rows: readonly StoredRow[]): string[] =>
    rows.map(({ key, version, generation, row, id, amount }) => JSON.stringify([key, version, generation, row, id, amount])).sort()
  assert.deepEqual(sorted(await read()), sorted(expected))
}

/** A zombie's write may pass or be refused; nothing of it may be seen. */
async function zombieWrites(zombie: FileWriter<ContractRecord>, mark: string): Promise<void> {
  for (const batch of batchesOf(mark)) {
    await zombie.write(batch, options).catch((error: unknown) => {
      assert.ok(error instanceof ImportError && error.code === 'FENCED', 'a zombie’s write may only be refused as FENCED')
    })
  }
}

type Body = (part: SinkUnderTest & { other: Sink<ContractRecord> }) => Promise<void>
const sinkCase = (needs: SinkCase['needs'], name: string, body: Body): SinkCase => ({
  name,
  needs,
  async run(make) {
    const part = await make()
    try {
      const other = (await part.another?.()) ?? part.sink
      await body({ sink: part.sink, read: () => part.read(), other })
    } finally {
      await part.close?.()
    }
  },
})

/**
 * What every sink must do, as cases without a test runner:
 *
 * ```ts
 * for (const { name, run } of sinkContract.filter(({ needs }) => needs !== 'replaces')) test(name, () => run(makeMySink))
 * ```
 */
export const sinkContract: readonly SinkCase[] = [
  sinkCase('any', 'a committed file holds each accepted row once, and its receipt counts them', async ({ sink, read }) => {
    const receipt = await importFile(sink, fileOf({ schemaVersion: 3 }), 'a')
    assert.deepEqual([receipt.rows, receipt.rejected, receipt.schemaVersion, receipt.fence], [5, 1, 3, 1])
    assert.ok(!Number.isNaN(Date.parse(receipt.committedAt)), 'committedAt is no time')
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('any', 'a file without rows can be committed', async ({ sink, read }) => {
    const writer = await writerOf(sink, fileOf())
    const receipt = await writer.commit({ rows: 0, rejected: 0 }, options)
    assert.deepEqual([receipt.rows, receipt.rejected], [0, 0])
    await assertHolds(read, [])
  }),
  sinkCase('transactional', 'a first file needs no earlier fence', async ({ sink, read, other }) => {
    await importFile(sink, fileOf({ first: true, fence: 4 }), 'a')
    assert.equal((await receiptOf(other, fileOf({ fence: 5 }))).fence, 4)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('transactional', 'begin refuses a lower fence', async ({ sink, other }) => {
    await writerOf(sink, fileOf({ fence: 10 }))
    await assertFenced(other.begin(fileOf({ fence: 9 }), options), 'begin with a lower fence')
    await assertFenced(other.begin(fileOf({ fence: 9, version: 'e:two:20' }), options), 'a lower fence of another version')
    await writerOf(other, fileOf({ fence: 9, key: 'a/2.csv' }))
    await writerOf(other, fileOf({ fence: 9, jobId: 'kit/other' }))
  }),
  sinkCase('transactional', 'fences compare as numbers', async ({ sink, other }) => {
    await writerOf(sink, fileOf({ fence: 9 }))
    await writerOf(other, fileOf({ fence: 10 }))
    await assertFenced(sink.begin(fileOf({ fence: 9 }), options), 'begin with fence 9 after 10')
  }),
  sinkCase('transactional', 'begin answers with the receipt of a committed file', async ({ sink, read, other }) => {
    const receipt = await importFile(sink, fileOf({ schemaVersion: 2 }), 'a')
    assert.deepEqual(await receiptOf(other, fileOf({ fence: 2, schemaVersion: 7, attempt: 2 })), receipt)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('transactional', 'another version, and another generation, are other files', async ({ sink, read }) => {
    const [one, two, again] = [fileOf(), fileOf({ version: 'e:two:20', fence: 2 }), fileOf({ generation: 2, fence: 3 })]
    await importFile(sink, one, 'a')
    await importFile(sink, two, 'b')
    await importFile(sink, again, 'c')
    await assertHolds(read, [...storedOf(one, 'a'), ...storedOf(two, 'b'), ...storedOf(again, 'c')])
    for (const file of [one, two, again]) assert.equal((await receiptOf(sink, { ...file, fence: 9 })).fence, file.fence)
  }),
  sinkCase('transactional', 'a commit whose reply was lost is settled by asking', async ({ sink, read, other }) => {
    const writer = await writerOf(sink, fileOf())
    await writeAll(writer, 'a')
    const receipt = await writer.commit(summary, options)
    await writer.abort('the reply was lost', options)
    assert.deepEqual(await receiptOf(other, fileOf({ fence: 2, attempt: 2 })), receipt)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('transactional', 'nothing is seen before the commit', async ({ sink, read }) => {
    const writer = await writerOf(sink, fileOf())
    await writeAll(writer, 'a')
    await assertHolds(read, [])
    await writer.commit(summary, options)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('transactional', 'abort leaves nothing but the fence', async ({ sink, read, other }) => {
    const writer = await writerOf(sink, fileOf({ fence: 5 }))
    await writeAll(writer, 'a')
    await writer.abort(new Error('stopped'), options)
    await assertHolds(read, [])
    await assertFenced(other.begin(fileOf({ fence: 4 }), options), 'a lower fence after abort')
    await importFile(other, fileOf({ fence: 6 }), 'b')
    await assertHolds(read, storedOf(fileOf(), 'b'))
  }),
  sinkCase('transactional', 'a lease lost before the commit is refused there', async ({ sink, read, other }) => {
    const zombie = await writerOf(sink, fileOf())
    await writeAll(zombie, 'a')
    const settling = await writerOf(other, fileOf({ fence: 2 }))
    await settling.abort('settled: not committed', options)
    await assertFenced(zombie.commit(summary, options), 'the commit of a lost lease')
    await assertHolds(read, [])
  }),
  sinkCase('transactional', 'a zombie harms neither the open nor the committed file of its successor', async ({ sink, read, other }) => {
    const zombie = await writerOf(sink, fileOf())
    const [first, second] = batchesOf('z')
    if (first !== undefined) await zombie.write(first, options)
    const successor = await writerOf(other, fileOf({ fence: 2 }))
    await writeAll(successor, 'a')
    if (second !== undefined) await zombie.write(second, options).catch(() => undefined)
    await assertFenced(zombie.commit(summary, options), 'the zombie’s commit')
    await zombie.abort('fenced', options)
    await successor.commit(summary, options)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('transactional', 'a zombie of an older version cannot come after the newer one', async ({ sink, read, other }) => {
    const newer = fileOf({ version: 'e:two:20', fence: 2 })
    const zombie = await writerOf(sink, fileOf())
    await importFile(other, newer, 'b')
    await zombieWrites(zombie, 'z')
    await assertFenced(zombie.commit(summary, options), 'the older version’s commit')
    await zombie.abort('fenced', options)
    await assertHolds(read, storedOf(newer, 'b'))
    assert.equal((await receiptOf(other, { ...newer, fence: 3 })).fence, 2)
  }),
  sinkCase('transactional', 'two files at once do not mix', async ({ sink, read, other }) => {
    const [one, two] = [fileOf(), fileOf({ key: 'a/2.csv', fence: 2 })]
    const [left, right] = await Promise.all([writerOf(sink, one), writerOf(other, two)])
    const [leftBatches, rightBatches] = [batchesOf('l'), batchesOf('r')]
    for (const [i, batch] of leftBatches.entries()) {
      const beside = rightBatches[i]
      await Promise.all([left.write(batch, options), beside === undefined ? undefined : right.write(beside, options)])
    }
    await Promise.all([left.commit(summary, options), right.commit(summary, options)])
    await assertHolds(read, [...storedOf(one, 'l'), ...storedOf(two, 'r')])
  }),
  sinkCase('transactional', 'an aborted signal stops a commit before it begins', async ({ sink, read }) => {
    const writer = await writerOf(sink, fileOf())
    await writeAll(writer, 'a')
    await assert.rejects(writer.commit(summary, { signal: AbortSignal.abort(new Error('lease lost')) }))
    await writer.abort('lease lost', options)
    await assertHolds(read, [])
  }),
  sinkCase('replaces', 'a replacing file takes the place of all older files of its key, in one commit', async ({ sink, read }) => {
    const [one, beside, two] = [fileOf(), fileOf({ key: 'a/2.csv' }), fileOf({ version: 'e:two:20', fence: 2, replacesKey: true })]
    await importFile(sink, one, 'a')
    await importFile(sink, beside, 'x')
    const writer = await writerOf(sink, two)
    await writeAll(writer, 'b')
    await assertHolds(read, [...storedOf(one, 'a'), ...storedOf(beside, 'x')])
    await writer.commit(summary, options)
    await assertHolds(read, [...storedOf(two, 'b'), ...storedOf(beside, 'x')])
    const back = fileOf({ generation: 2, fence: 3, replacesKey: true })
    await importFile(sink, back, 'c')
    await assertHolds(read, [...storedOf(back, 'c'), ...storedOf(beside, 'x')])
  }),
  sinkCase('replaces', 'a replacing file without rows empties its key', async ({ sink, read }) => {
    await importFile(sink, fileOf(), 'a')
    const writer = await writerOf(sink, fileOf({ version: 'e:two:20', fence: 2, replacesKey: true }))
    await writer.commit({ rows: 0, rejected: 0 }, options)
    await assertHolds(read, [])
  }),
]
