import assert from 'node:assert/strict'
import { assertHolds, batchesOf, fileOf, importFile, options, type SinkCase, sinkCase, storedOf, summary, writerOf } from './sink-rig.js'

/** Rows, and repeats of them. */
export const writingCases: readonly SinkCase[] = [
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
  sinkCase('idempotent', 'a batch that comes again under its token adds nothing', async ({ sink, read, other }) => {
    const cut = await writerOf(sink, fileOf())
    const [first] = batchesOf('a')
    if (first !== undefined) await cut.write(first, options)
    await cut.abort('the worker died', options)
    await importFile(other, fileOf({ fence: 2, attempt: 2 }), 'a')
    await assertHolds(read, storedOf(fileOf(), 'a'))
    await importFile(sink, fileOf({ fence: 3, attempt: 3 }), 'a')
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
  sinkCase('idempotent', 'two workers that write the same file at once add it once', async ({ sink, read, other }) => {
    const [left, right] = [await writerOf(sink, fileOf()), await writerOf(other, fileOf({ fence: 2 }))]
    for (const batch of batchesOf('a')) await Promise.all([left.write(batch, options), right.write(batch, options)])
    await Promise.all([left.commit(summary, options), right.commit(summary, options)])
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
]
