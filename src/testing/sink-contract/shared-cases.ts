import assert from 'node:assert/strict'
import { SinkError } from '../../errors.js'
import {
  assertHolds,
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

/** A sink in the database of the store. */
export const sharedCases: readonly SinkCase[] = [
  sinkCase('shared', 'seal is called once, in the transaction of the rows, and last', async ({ sink, read, readWithin }) => {
    const file = fileOf({ shared: true, first: true })
    const writer = await writerOf(sink, file)
    await writeAll(writer, 'a')
    let seals = 0
    const receipt = await writer.commit(summary, {
      ...options,
      async seal(transaction) {
        seals++
        await assertHolds(read, [])
        if (readWithin !== undefined) await assertHolds(() => readWithin(transaction), storedOf(file, 'a'))
      },
    })
    assert.equal(seals, 1)
    assert.deepEqual([receipt.rows, receipt.rejected, receipt.fence], [5, 1, 1])
    await assertHolds(read, storedOf(file, 'a'))
  }),
  sinkCase('shared', 'a seal that refuses leaves no row, and its error is that of the commit', async ({ sink, read, other }) => {
    const file = fileOf({ shared: true, first: true })
    const writer = await writerOf(sink, file)
    await writeAll(writer, 'z')
    const refusal = new SinkError('FENCED', 'A newer claim has the file.')
    await assert.rejects(
      writer.commit(summary, { ...options, seal: () => Promise.reject(refusal) }),
      (error) => error === refusal,
      'commit must reject with what seal threw',
    )
    await writer.abort(refusal, options)
    await assertHolds(read, [])
    const next = await writerOf(other, { ...file, fence: 2, first: false })
    await writeAll(next, 'a')
    await next.commit(summary, { ...options, seal: async () => {} })
    await assertHolds(read, storedOf(file, 'a'))
  }),
  sinkCase('shared', 'a store of its own makes no difference: the receipt is there as well', async ({ sink, read, other }) => {
    const receipt = await importFile(sink, fileOf(), 'a')
    assert.deepEqual(await receiptOf(other, fileOf({ fence: 2 })), receipt)
    await assertHolds(read, storedOf(fileOf(), 'a'))
  }),
]
