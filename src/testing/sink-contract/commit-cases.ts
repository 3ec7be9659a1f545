import assert from 'node:assert/strict'
import {
  assertHolds,
  batchesOf,
  fileOf,
  importFile,
  options,
  receiptOf,
  type SinkCase,
  sinkCase,
  storedOf,
  summary,
  writeAll,
  writerOf,
} from './sink-rig.js'

/** What is seen when, and how a doubt is settled. */
export const commitCases: readonly SinkCase[] = [
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
]
