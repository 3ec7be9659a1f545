import assert from 'node:assert/strict'
import type { Ending } from '../../contracts/job-store.js'
import { installProbe } from '../../util/probe.js'
import { completed, failure, rejectsWith, type StoreCase, signal, storeCase } from './store-rig.js'

export const endingCases: readonly StoreCase[] = [
  storeCase('T6: complete keeps counts, receipt, issues and the schema version of the receipt', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    await rig.renew(claim, { plan: 'plan', schemaVersion: 7, inDoubt: true })
    rig.pass(10)
    const ending = completed(claim)
    assert.equal(await rig.finish(claim, ending), true)
    const { state, counts, receipt, issues, format, schemaVersion, attempts, inDoubt, finishedAt, error, asOf } = await rig.file('a')
    assert.ok(ending.as === 'complete')
    assert.deepEqual(
      { state, counts, receipt, issues, format, schemaVersion, attempts, inDoubt, finishedAt, error, asOf },
      {
        state: 'imported',
        counts: ending.counts,
        receipt: ending.receipt,
        issues: ending.issues,
        format: 'csv',
        schemaVersion: 1,
        attempts: 0,
        inDoubt: false,
        finishedAt: rig.now,
        error: null,
        asOf: claim.asOf,
      },
    )
    const [attempt] = await rig.other.ledger.attempts(rig.jobId, 'a', { signal })
    assert.deepEqual([attempt?.outcome, attempt?.endedAt, attempt?.schemaVersion, attempt?.owner], ['complete', rig.now, 1, rig.worker])
  }),

  storeCase('T6: under replace, the older versions of the key say what took their place', async (rig) => {
    await rig.import('a@v1', { overwrites: 'replace' })
    await rig.import('a@v2', { overwrites: 'replace' })
    await rig.import('a@v3', { overwrites: 'replace' })
    await rig.import('b@v1', { overwrites: 'replace' })
    await rig.see(['b@v2'])
    await rig.finish(await rig.claim(), { as: 'fail', error: failure, issues: [], partialRows: 0 })
    await rig.import('b@v3', { overwrites: 'replace' })
    const replaced = await Promise.all(['a@v1', 'a@v2', 'a@v3', 'b@v1', 'b@v2'].map(async (name) => (await rig.file(name)).replacedBy))
    assert.deepEqual(replaced, ['v3', 'v3', null, 'v3', null])
    assert.equal((await rig.file('a@v1')).state, 'imported')
  }),

  storeCase('T6: under replace, a receipt that was found late does not take the place of a newer one', async (rig) => {
    await rig.see(['a@v1'])
    const late = await rig.claim()
    await rig.finish(late, { as: 'release', notBeforeMs: 60_000 })
    const newer = await rig.import('a@v2', { overwrites: 'replace' })
    rig.pass(60_000)
    const settling = await rig.claim()
    const { receipt, ...ending } = completed(settling, { replacesKey: true }) as Extract<Ending, { as: 'complete' }>
    await rig.finish(settling, { ...ending, receipt: { ...receipt, fence: late.fence } })
    const [v1, v2] = [await rig.file('a@v1'), await rig.file('a@v2')]
    assert.deepEqual([v1.state, v1.replacedBy], ['imported', 'v2'])
    assert.deepEqual([v2.state, v2.replacedBy, v2.receipt?.fence], ['imported', null, newer.fence])
  }),

  storeCase('T7: retry keeps the attempt and its error, and is due later', async (rig) => {
    await rig.see(['a'])
    await rig.finish(await rig.claim(), { as: 'retry', notBeforeMs: 500, error: failure })
    const { state, attempts, error, notBefore, finishedAt } = await rig.file('a')
    assert.deepEqual({ state, attempts, error, finishedAt }, { state: 'pending', attempts: 1, error: failure, finishedAt: null })
    assert.deepEqual(notBefore, new Date(rig.now.getTime() + 500))
    rig.pass(500)
    assert.equal((await rig.claim()).entry.attempts, 2)
    assert.deepEqual(await rig.attempts('a'), ['v1 1 retry', 'v1 2 open'])
  }),

  storeCase('T8: release gives the attempt back, also after a crash', async (rig) => {
    await rig.see(['a'])
    await rig.claim()
    rig.pass(60_001)
    await rig.finish(await rig.claim({ worker: 'two/x' }), { as: 'release', notBeforeMs: 0, error: failure })
    assert.deepEqual([(await rig.file('a')).attempts, (await rig.file('a')).crashes], [0, 1])
    const again = await rig.claim()
    assert.deepEqual([again.entry.attempts, again.entry.crashes], [1, 1])
    assert.deepEqual(await rig.attempts('a'), ['v1 1 lost', 'v1 1 release', 'v1 1 open'])
  }),

  storeCase('T9: fail keeps error, issues and the rows that stay in the sink', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    await rig.renew(claim, { dirty: true, inDoubt: true })
    const issues = [{ code: 'bad', severity: 'error', message: 'bad', row: 3 }] as const
    assert.equal(await rig.finish(claim, { as: 'fail', error: failure, issues, partialRows: 12 }), true)
    const { state, error, partialRows, inDoubt, dirty, finishedAt, ...file } = await rig.file('a')
    assert.deepEqual(
      { state, error, partialRows, inDoubt, dirty, finishedAt, issues: file.issues },
      { state: 'failed', error: failure, partialRows: 12, inDoubt: false, dirty: true, finishedAt: rig.now, issues },
    )
    assert.deepEqual(await rig.claimedNames(), [])
    assert.deepEqual(await rig.unknown(['a']), [])
  }),

  storeCase('T17: a pending file does not fail, not even by the claim that gave it back', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    await rig.finish(claim, { as: 'release', notBeforeMs: 0 })
    assert.equal(await rig.finish(claim, { as: 'fail', error: failure, issues: [], partialRows: 0 }), false)
    assert.deepEqual([(await rig.file('a')).state, await rig.attempts('a')], ['pending', ['v1 1 release']])
  }),

  storeCase('T10, T11: an object that changed or vanished is skipped', async (rig) => {
    await rig.see(['a', 'b'])
    const [a, b] = (await rig.tryClaim()).claims
    assert.ok(a !== undefined && b !== undefined)
    await rig.finish(a, { as: 'skip', rule: 'superseded' })
    await rig.finish(b, { as: 'skip', rule: 'vanished' })
    assert.deepEqual(
      [(await rig.file('a')).rule, (await rig.file('b')).rule, (await rig.file('b')).state],
      ['superseded', 'vanished', 'skipped'],
    )
  }),

  storeCase('finish again after a lost reply is true, another ending of the same claim is not', async (rig) => {
    await rig.see(['a', 'b'])
    const [a, b] = (await rig.tryClaim()).claims
    assert.ok(a !== undefined && b !== undefined)
    assert.deepEqual([await rig.finish(a, completed(a)), await rig.finish(a, completed(a))], [true, true])
    assert.equal(await rig.finish(a, { as: 'fail', error: failure, issues: [], partialRows: 0 }), false)
    const release = { as: 'release', notBeforeMs: 0 } as const
    assert.deepEqual([await rig.finish(b, release), await rig.finish(b, release)], [true, true])
    const again = await rig.claim()
    assert.equal(await rig.finish(b, release), true)
    assert.equal((await rig.file('b')).state, 'claimed')
    assert.equal(await rig.finish(again, completed(again)), true)
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.imported, 2)
  }),

  storeCase('the fence alone decides: not the clock, not the status of the job', async (rig) => {
    await rig.see(['a', 'b'])
    const [a, b] = (await rig.tryClaim()).claims
    assert.ok(a !== undefined && b !== undefined)
    rig.pass(3_600_000)
    await rig.setStatus('inactive')
    assert.equal(await rig.finish(a, completed(a)), true)
    await rig.store.jobs.remove(rig.jobId, { signal })
    assert.equal((await rig.renew(b))?.status, 'deleted')
    assert.equal(await rig.finish(b, completed(b)), true)
    assert.equal((await rig.file('b')).state, 'imported')
  }),

  storeCase('rows that do not add up are refused, and nothing is changed', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    await rejectsWith(rig.finish(claim, completed(claim, { rows: 2, rejected: 1, read: 4 })), 'CONSERVATION_BROKEN')
    await rejectsWith(rig.finish(claim, completed(claim, { rows: Number.NaN })), 'CONSERVATION_BROKEN')
    assert.equal((await rig.file('a')).state, 'claimed')
    assert.equal(await rig.finish(claim, completed(claim)), true)
  }),

  storeCase('marks are durable when renew resolves, and a doubt stays until it is settled', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    assert.deepEqual(await rig.renew(claim, { plan: 'hash', schemaVersion: 1, dirty: true, inDoubt: true }), {
      leaseUntil: new Date(rig.now.getTime() + 60_000),
      status: 'active',
      schemaVersion: 1,
    })
    const marks = async () => {
      const { plan, schemaVersion, dirty, inDoubt } = await rig.file('a')
      return { plan, schemaVersion, dirty, inDoubt }
    }
    const all = { plan: 'hash', schemaVersion: 1, dirty: true, inDoubt: true }
    assert.deepEqual(await marks(), all)
    await rig.renew(claim)
    await rig.finish(claim, { as: 'retry', notBeforeMs: 0, error: failure })
    assert.deepEqual(await marks(), all)
    const again = await rig.claim()
    await rig.finish(again, { as: 'release', notBeforeMs: 0 })
    assert.deepEqual(await marks(), all)
    await rig.renew(await rig.claim(), { inDoubt: false })
    assert.deepEqual(await marks(), { ...all, inDoubt: false })
  }),

  storeCase('renew tells the current schema version of the job', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    await rig.store.jobs.schemaVersion(rig.jobId, { signature: 'two' }, { signal })
    assert.equal((await rig.renew(claim))?.schemaVersion, 2)
  }),

  storeCase('a reply lost after claim or complete leaves what was written', async (rig) => {
    const lose = (lost: string) =>
      installProbe((point) => {
        if (point === lost) throw new Error('cut')
      })
    await rig.see(['a'])
    try {
      lose('P06')
      await assert.rejects(rig.claim())
      assert.equal((await rig.file('a')).state, 'claimed')
      rig.pass(60_001)
      installProbe(undefined)
      const claim = await rig.claim()
      lose('P23')
      await assert.rejects(rig.finish(claim, completed(claim)))
      installProbe(undefined)
      assert.equal((await rig.file('a')).state, 'imported')
      assert.equal(await rig.finish(claim, completed(claim)), true)
    } finally {
      installProbe(undefined)
    }
  }),
]
