import assert from 'node:assert/strict'
import { completed, failure, rejectsWith, type StoreCase, type StoreRig, signal, storeCase } from './store-rig.js'

export const resetCases: readonly StoreCase[] = [
  storeCase('T14: failed files are tried again in the same generation, with all that a repeat must equal', async (rig) => {
    await fail(rig, 'a', 4)
    const failed = await rig.file('a')
    rig.pass(1_000)
    assert.equal(await rig.ledger.reset(rig.jobId, { state: 'failed' }, { signal, nextGeneration: false }), 1)
    const { state, attempts, crashes, error, generation, plan, dirty, asOf, partialRows, notBefore } = await rig.file('a')
    assert.deepEqual(
      { state, attempts, crashes, error, generation, plan, dirty, asOf, partialRows, notBefore },
      {
        state: 'pending',
        attempts: 0,
        crashes: 0,
        error: null,
        generation: 1,
        plan: 'plan',
        dirty: true,
        asOf: failed.asOf,
        partialRows: 4,
        notBefore: rig.now,
      },
    )
    assert.equal((await rig.claim()).entry.attempts, 1)
  }),

  storeCase('T14: in the next generation the plan is open again, asOf stays', async (rig) => {
    await fail(rig, 'a', 4)
    const { asOf } = await rig.file('a')
    await rig.ledger.reset(rig.jobId, { state: 'failed' }, { signal, nextGeneration: true })
    const file = await rig.file('a')
    assert.deepEqual([file.generation, file.plan, file.dirty, file.schemaVersion, file.asOf], [2, null, false, null, asOf])
  }),

  storeCase('T15: imported files are repeated as a new generation and leave the tally', async (rig) => {
    const before = await rig.import('a')
    await rig.import('b')
    rig.pass(1_000)
    assert.equal(await rig.ledger.reset(rig.jobId, { state: 'imported', key: 'a' }, { signal, nextGeneration: true }), 1)
    const { state, generation, receipt, counts, asOf } = await rig.file('a')
    assert.deepEqual(
      { state, generation, receipt, counts, asOf },
      { state: 'pending', generation: 2, receipt: null, counts: null, asOf: before.asOf },
    )
    const tally = await rig.ledger.tally(rig.jobId, { signal })
    assert.deepEqual([tally.files.imported, tally.files.pending, tally.rowsRead, tally.bytes], [1, 1, 3, 10])
    const claim = await rig.claim({ overwrites: 'ignore' })
    assert.deepEqual([claim.entry.key, claim.entry.generation, claim.first], ['a', 2, false])
    await rig.finish(claim, completed(claim))
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.imported, 2)
    assert.deepEqual(await rig.attempts('a'), ['v1 1 complete', 'v1 1 complete'])
  }),

  storeCase('T15: a deliberate repeat is no overwrite', async (rig) => {
    await rig.import('a@v1')
    await rig.import('a@v2')
    assert.equal(await rig.ledger.reset(rig.jobId, { state: 'imported', key: 'a' }, { signal, nextGeneration: true }), 2)
    const first = await rig.claim({ overwrites: 'ignore' })
    await rig.finish(first, completed(first))
    assert.deepEqual([first.entry.version, await rig.claimedNames({ overwrites: 'ignore' })], ['v1', ['a@v2']])
  }),

  storeCase('a reset takes one key, a folder, or all, and nothing else', async (rig) => {
    for (const key of ['a/1', 'a/2', 'a/\u{10FFFF}', 'ab', 'b/1']) await fail(rig, key, 0)
    const reset = (which: { key?: string; under?: string }): Promise<number> =>
      rig.ledger.reset(rig.jobId, { state: 'failed', ...which }, { signal, nextGeneration: false })
    assert.equal(await reset({ key: 'a' }), 0)
    assert.equal(await reset({ key: 'a/1' }), 1)
    assert.equal(await reset({ under: 'a/' }), 2)
    assert.equal((await rig.file('ab')).state, 'failed')
    assert.equal(await rig.ledger.reset(rig.jobId, { state: 'imported' }, { signal, nextGeneration: true }), 0)
    assert.equal(await reset({}), 2)
    assert.equal(await reset({}), 0)
  }),

  storeCase('a deleted job is not reset', async (rig) => {
    await fail(rig, 'a', 0)
    await rig.store.jobs.remove(rig.jobId, { signal })
    await rejectsWith(rig.ledger.reset(rig.jobId, { state: 'failed' }, { signal, nextGeneration: false }), 'JOB_DELETED')
    assert.equal((await rig.file('a')).state, 'failed')
  }),
]

async function fail(rig: StoreRig, key: string, partialRows: number): Promise<void> {
  await rig.see([key])
  const claim = await rig.claim()
  await rig.renew(claim, { plan: 'plan', schemaVersion: 1, dirty: true })
  assert.ok(await rig.finish(claim, { as: 'fail', error: failure, issues: [], partialRows }))
}
