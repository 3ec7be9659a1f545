import assert from 'node:assert/strict'
import { failure, type StoreCase, signal, storeCase } from './store-rig.js'

const lease = { signal, leaseMs: 10_000 } as const

export const pollCases: readonly StoreCase[] = [
  storeCase('at most one worker discovers, when it is time', async (rig) => {
    const first = await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x' })
    assert.deepEqual([first?.jobId, first?.cursor, first?.consecutiveFailures], [rig.jobId, {}, 0])
    assert.ok(first !== undefined)
    assert.equal(await rig.other.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x' }), undefined)
    assert.equal(await rig.other.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x', force: true }), undefined)
    assert.equal(await rig.ledger.keepPoll(first, { cursor: {}, nextPollMs: 5_000 }, lease), true)
    assert.equal(await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x' }), undefined)
    const forced = await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x', force: true })
    assert.ok(forced !== undefined && forced.fence > first.fence)
    assert.equal(await rig.ledger.keepPoll(forced, { cursor: {}, nextPollMs: 5_000 }, lease), true)
    rig.pass(5_000)
    assert.ok((await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x' })) !== undefined)
  }),

  storeCase('a poll lease that is over is taken, and its holder is fenced', async (rig) => {
    const lost = await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x' })
    assert.ok(lost !== undefined)
    rig.pass(9_000)
    assert.equal(await rig.ledger.keepPoll(lost, { cursor: { after: 'a' } }, lease), true)
    rig.pass(9_000)
    assert.equal(await rig.other.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x' }), undefined)
    rig.pass(1_001)
    const taken = await rig.other.ledger.takePoll(rig.jobId, { ...lease, worker: 'two/x' })
    assert.deepEqual(taken?.cursor, { after: 'a' })
    assert.equal(await rig.ledger.keepPoll(lost, { cursor: { after: 'z' } }, lease), false)
    assert.equal(await rig.ledger.keepPoll(lost, { cursor: { after: 'z' }, nextPollMs: 0 }, lease), false)
    assert.deepEqual((await rig.ledger.pollState(rig.jobId, { signal })).cursor, { after: 'a' })
  }),

  storeCase('a poll that ended is not kept on, and ending it again is no second end', async (rig) => {
    const poll = await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x' })
    assert.ok(poll !== undefined)
    const end = { cursor: { n: 1 }, nextPollMs: 1_000, error: failure }
    assert.equal(await rig.ledger.keepPoll(poll, end, lease), true)
    assert.equal(await rig.ledger.keepPoll(poll, end, lease), true)
    assert.equal(await rig.ledger.keepPoll(poll, { cursor: { n: 2 } }, lease), false)
    const { consecutiveFailures, cursor } = await rig.ledger.pollState(rig.jobId, { signal })
    assert.deepEqual({ consecutiveFailures, cursor }, { consecutiveFailures: 1, cursor: { n: 1 } })
  }),

  storeCase('cursor, sweep, failures and the blocked state are kept for every worker', async (rig) => {
    const poll = async (state: object): Promise<void> => {
      const taken = await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x', force: true })
      assert.ok(taken !== undefined && (await rig.ledger.keepPoll(taken, { cursor: {}, nextPollMs: 1_000, ...state }, lease)))
    }
    const blocked = { code: 'SOURCE_DENIED', since: 5 }
    await poll({ error: failure, blocked })
    await poll({ error: failure, cursor: { after: 'k', hot: [{ from: 'a' }] } })
    const failed = await rig.other.ledger.pollState(rig.jobId, { signal })
    assert.deepEqual(failed, {
      cursor: { after: 'k', hot: [{ from: 'a' }] },
      blocked,
      nextPollAt: new Date(rig.now.getTime() + 1_000),
      lastSweepMs: null,
      consecutiveFailures: 2,
    })
    await poll({ sweepMs: 44, blocked: null })
    const well = await rig.other.ledger.pollState(rig.jobId, { signal })
    assert.deepEqual([well.blocked, well.lastSweepMs, well.consecutiveFailures], [null, 44, 0])
    const { lastPolledAt, lastSweepAt } = await rig.ledger.tally(rig.jobId, { signal })
    assert.deepEqual([lastPolledAt, lastSweepAt], [rig.now, rig.now])
  }),

  storeCase('a job that is not active is not polled', async (rig) => {
    await rig.setStatus('inactive')
    assert.equal(await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x', force: true }), undefined)
    await rig.setStatus('active')
    assert.ok((await rig.ledger.takePoll(rig.jobId, { ...lease, worker: 'one/x' })) !== undefined)
  }),
]
