import assert from 'node:assert/strict'
import {
  assertFenced,
  assertHolds,
  batchesOf,
  fileOf,
  importFile,
  options,
  receiptOf,
  type SinkCase,
  type StoredRow,
  sinkCase,
  storedOf,
  summary,
  writeAll,
  writerOf,
  zombieWrites,
} from './sink-rig.js'

/** Claims that come after one another, and all at once. */
export const fenceCases: readonly SinkCase[] = [
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
  sinkCase('transactional', 'of claims that begin at once the newest alone commits', async ({ sink, read, other }) => {
    const fences = [3, 1, 5, 2, 4]
    const begun = await Promise.allSettled(fences.map((fence, i) => (i % 2 === 0 ? sink : other).begin(fileOf({ fence }), options)))
    const committed = await Promise.allSettled(
      begun.map(async (answer, i) => {
        if (answer.status === 'rejected') throw answer.reason
        assert.ok('write' in answer.value, 'begin answered with a receipt where none can be')
        await zombieWrites(answer.value, `f${fences[i]}`)
        return await answer.value.commit(summary, options)
      }),
    )
    for (const [i, { status }] of committed.entries())
      assert.equal(status, fences[i] === 5 ? 'fulfilled' : 'rejected', `claim ${fences[i]}`)
    await assertHolds(read, storedOf(fileOf(), 'f5'))
  }),
  sinkCase('transactional', 'a commit and the question of a newer claim, at once, agree', async ({ sink, read, other }) => {
    const expected: StoredRow[] = []
    for (let n = 0; n < 4; n++) {
      const file = fileOf({ key: `a/${n}.csv` })
      const writer = await writerOf(sink, file)
      await writeAll(writer, 'a')
      const [commit, answer] = await Promise.allSettled([writer.commit(summary, options), other.begin({ ...file, fence: 2 }, options)])
      if (answer.status === 'rejected') throw answer.reason
      const settled = !('write' in answer.value)
      assert.equal(commit.status === 'fulfilled', settled, 'the question was answered with something that was not so')
      if (settled) expected.push(...storedOf(file, 'a'))
      else {
        assert.ok(commit.status === 'rejected')
        await assertFenced(Promise.reject(commit.reason), 'a commit after the question')
        await writer.abort('fenced', options)
      }
    }
    await assertHolds(read, expected)
  }),
]
