import assert from 'node:assert/strict'
import { completed, failure, rejectsWith, type StoreCase, signal, storeCase } from './store-rig.js'

export const claimCases: readonly StoreCase[] = [
  storeCase('T3: a claim gives fence, attempt, lease and asOf, and one row of history', async (rig) => {
    await rig.see(['a', 'b'])
    const { claims } = await rig.tryClaim({ leaseMs: 5_000 })
    assert.deepEqual(
      claims.map(({ entry, first, settleOnly, asOf, leaseUntil }) => ({
        key: entry.key,
        attempts: entry.attempts,
        first,
        settleOnly,
        asOf,
        leaseUntil,
      })),
      ['a', 'b'].map((key) => ({
        key,
        attempts: 1,
        first: true,
        settleOnly: false,
        asOf: rig.now,
        leaseUntil: new Date(rig.now.getTime() + 5_000),
      })),
    )
    assert.ok((claims[0]?.fence ?? 0) > 0 && (claims[1]?.fence ?? 0) > (claims[0]?.fence ?? 0))
    assert.deepEqual([(await rig.file('a')).state, (await rig.file('a')).asOf], ['claimed', rig.now])
    assert.deepEqual(await rig.attempts('a'), ['v1 1 open'])
    assert.deepEqual(await rig.claimedNames(), [])
  }),

  storeCase('claims come in order of falling due, not before, and no more than asked for', async (rig) => {
    await rig.see(['c', 'a', 'b'])
    const first = await rig.claim({ limit: 1 })
    assert.equal(first.entry.key, 'c')
    await rig.finish(first, { as: 'retry', notBeforeMs: 10_000, error: failure })
    assert.deepEqual(await rig.claimedNames({ limit: 0 }), [])
    assert.deepEqual(await rig.claimedNames({ limit: 1 }), ['a@v1'])
    rig.pass(9_999)
    assert.deepEqual(await rig.claimedNames(), ['b@v1'])
    rig.pass(1)
    assert.deepEqual(await rig.claimedNames(), ['c@v1'])
  }),

  storeCase('at most one claim per key; a sibling waits and is not the first', async (rig) => {
    await rig.see(['a@v1'])
    const v1 = await rig.claim()
    await rig.see(['a@v2'])
    assert.deepEqual(await rig.claimedNames({ worker: 'two/x' }), [])
    await rig.finish(v1, { as: 'release', notBeforeMs: 0 })
    const { claims } = await rig.tryClaim()
    assert.equal(claims.length, 1)
    assert.equal(claims[0]?.first, false)
  }),

  storeCase('T4: a lost lease is claimed again; the try is a crash, not an attempt', async (rig) => {
    await rig.see(['a'])
    const lost = await rig.claim()
    rig.pass(60_000)
    assert.deepEqual(await rig.claimedNames({ worker: 'two/x' }), [])
    rig.pass(1)
    const again = await rig.claim({ worker: 'two/x' })
    assert.deepEqual([again.entry.attempts, again.entry.crashes, again.first, again.asOf], [1, 1, false, lost.asOf])
    assert.ok(again.fence > lost.fence)
    assert.deepEqual(await rig.attempts('a'), ['v1 1 lost', 'v1 1 open'])
    assert.equal(await rig.renew(lost), undefined)
    assert.equal(await rig.finish(lost, completed(lost)), false)
    assert.equal((await rig.file('a')).state, 'claimed')
  }),

  storeCase('T4: the same worker takes its earlier boot over at once, its own boot and others wait', async (rig) => {
    await rig.see(['a'])
    await rig.claim({ worker: 'one/boot1' })
    assert.deepEqual(await rig.claimedNames({ worker: 'one/boot1' }), [])
    assert.deepEqual(await rig.claimedNames({ worker: 'onetwo/boot2' }), [])
    assert.deepEqual(await rig.claimedNames({ worker: 'one/boot2' }), ['a@v1'])
    assert.equal((await rig.file('a')).crashes, 1)
    await rig.see(['b'])
    await rig.claim({ worker: 'host/1/x' })
    assert.deepEqual(await rig.claimedNames({ worker: 'host/2/y' }), [])
    assert.deepEqual(await rig.claimedNames({ worker: 'host/1/y' }), ['b@v1'])
  }),

  storeCase('a renewed lease is not lost', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    rig.pass(50_000)
    assert.deepEqual((await rig.renew(claim))?.leaseUntil, new Date(rig.now.getTime() + 60_000))
    rig.pass(50_000)
    assert.deepEqual(await rig.claimedNames({ worker: 'two/x' }), [])
  }),

  storeCase('fractions of a millisecond are taken as whole ones', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim({ leaseMs: 1_000.25 })
    assert.deepEqual(claim.leaseUntil, new Date(rig.now.getTime() + 1_001))
    const renewed = await rig.ledger.renew(claim, { signal, leaseMs: 2_000.75 })
    assert.deepEqual(renewed?.leaseUntil, new Date(rig.now.getTime() + 2_001))
    const poll = await rig.ledger.takePoll(rig.jobId, { signal, worker: rig.worker, leaseMs: 0.5 })
    assert.ok(poll !== undefined && (await rig.ledger.keepPoll(poll, { cursor: {}, sweepMs: 3.4 }, { signal, leaseMs: 0.5 })))
    assert.ok(await rig.ledger.keepPoll(poll, { cursor: {}, nextPollMs: 9.1 }, { signal, leaseMs: 0.5 }))
    await rig.finish(claim, { as: 'retry', notBeforeMs: 99.9, error: failure })
    assert.deepEqual((await rig.file('a')).notBefore, new Date(rig.now.getTime() + 100))
  }),

  storeCase('a worker with an outdated schema gets no claim', async (rig) => {
    await rig.see(['a'])
    await rig.store.jobs.schemaVersion(rig.jobId, { signature: 'two' }, { signal })
    await rejectsWith(rig.tryClaim({ schemaVersion: 1 }), 'SCHEMA_SUPERSEDED')
    assert.equal((await rig.file('a')).state, 'pending')
    assert.deepEqual(await rig.claimedNames({ schemaVersion: 2 }), ['a@v1'])
  }),

  storeCase('T5: overwrites are judged at claim', async (rig) => {
    for (const key of ['a', 'b', 'c']) await rig.import(`${key}@v1`)
    await rig.see(['a@v2'])
    const { claims, skipped } = await rig.tryClaim({ overwrites: 'ignore' })
    assert.deepEqual([claims.length, skipped.map(({ version, rule }) => [version, rule])], [0, [['v2', 'overwrite_ignored']]])
    assert.equal((await rig.file('a@v2')).state, 'skipped')
    await rig.see(['b@v2'])
    assert.deepEqual(await rig.claimedNames({ overwrites: 'import' }), ['b@v2'])
    await rig.see(['c@v2'])
    assert.deepEqual(await rig.claimedNames({ overwrites: 'replace' }), ['c@v2'])
  }),

  storeCase('T5: a version that may have reached the sink is claimed, not ignored', async (rig) => {
    await rig.see(['a@v1', 'b@v1'])
    const [a, b] = (await rig.tryClaim()).claims
    assert.ok(a !== undefined && b !== undefined)
    await rig.renew(a, { inDoubt: true })
    await rig.renew(b, { dirty: true })
    for (const claim of [a, b]) await rig.finish(claim, { as: 'retry', notBeforeMs: 1_000, error: failure })
    await rig.see(['a@v2', 'b@v2'])
    const later = (await rig.tryClaim({ overwrites: 'ignore' })).claims
    assert.deepEqual(
      later.map(({ entry }) => entry.key),
      ['b'],
    )
    for (const claim of later) await rig.finish(claim, completed(claim))
    rig.pass(1_000)
    assert.deepEqual(await rig.claimedNames({ overwrites: 'ignore' }), ['a@v1', 'b@v1'])
  }),

  storeCase('T5: whether it is an overwrite is judged when a version that a dead worker may have committed is settled', async (rig) => {
    await rig.see(['a@v1', 'b@v1'])
    await rig.tryClaim()
    await rig.see(['a@v2', 'b@v2', 'c@v1'])
    rig.pass(60_001)
    const lost = (await rig.tryClaim({ worker: 'two/x', overwrites: 'ignore', limit: 2 })).claims
    // Given back unsettled, as a suspect that has to wait for its turn.
    for (const claim of lost) await rig.finish(claim, { as: 'release', notBeforeMs: 1_000 })
    assert.deepEqual(await rig.claimedNames({ worker: 'two/x', overwrites: 'ignore' }), ['c@v1'])
    rig.pass(1_000)
    const [a, b] = (await rig.tryClaim({ worker: 'two/x', overwrites: 'ignore' })).claims
    assert.ok(a !== undefined && b !== undefined)
    assert.deepEqual([a.entry.version, b.entry.version], ['v1', 'v1'])
    await rig.finish(a, completed(a))
    await rig.finish(b, { as: 'skip', rule: 'superseded' })
    const { claims, skipped } = await rig.tryClaim({ worker: 'two/x', overwrites: 'ignore' })
    assert.deepEqual(
      [claims.map(({ entry }) => entry.key), skipped.map(({ key, rule }) => [key, rule])],
      [['b'], [['a', 'overwrite_ignored']]],
    )
  }),

  storeCase('T5: many ignored overwrites do not hide what is to be claimed', async (rig) => {
    const keys = Array.from({ length: 30 }, (_, i) => `k/${String(i).padStart(2, '0')}`)
    await rig.see(keys)
    for (const claim of (await rig.tryClaim({ limit: 100 })).claims) await rig.finish(claim, completed(claim))
    await rig.see([...keys.map((key) => `${key}@v2`), 'z@v1'])
    const { claims, skipped } = await rig.tryClaim({ limit: 1, overwrites: 'ignore' })
    assert.deepEqual([claims.map(({ entry }) => entry.key), skipped.length], [['z'], 30])
  }),

  storeCase('a failed or skipped version never shadows a newer one', async (rig) => {
    await rig.see(['a@v1'])
    const claim = await rig.claim()
    await rig.finish(claim, { as: 'fail', error: failure, issues: [], partialRows: 0 })
    await rig.see(['a@v2'])
    assert.deepEqual(await rig.claimedNames({ overwrites: 'ignore' }), ['a@v2'])
  }),

  storeCase('a paused or deleted job gives no claim but to settle what is in doubt', async (rig) => {
    await rig.see(['a', 'b', 'c', 'd'])
    const [a, b, c] = (await rig.tryClaim({ limit: 3 })).claims
    assert.ok(a !== undefined && b !== undefined && c !== undefined)
    for (const claim of [a, b]) await rig.renew(claim, { inDoubt: true })
    await rig.finish(a, { as: 'retry', notBeforeMs: 0, error: failure })
    await rig.setStatus('inactive')
    const paused = await rig.claim()
    assert.deepEqual([paused.entry.key, paused.settleOnly], ['a', true])
    assert.equal(await rig.finish(paused, { as: 'release', notBeforeMs: 70_000 }), true)
    await rig.store.jobs.remove(rig.jobId, { signal })
    rig.pass(60_001)
    const deleted = await rig.claim()
    assert.deepEqual([deleted.entry.key, deleted.settleOnly, deleted.entry.crashes], ['b', true, 1])
    assert.equal((await rig.file('c')).state, 'claimed')
  }),

  storeCase('beyond maxAttempts a file in doubt is claimed to be settled only', async (rig) => {
    await rig.see(['a'])
    for (const attempt of [1, 2]) {
      const claim = await rig.claim({ maxAttempts: 2 })
      assert.deepEqual([claim.entry.attempts, claim.settleOnly], [attempt, false])
      await rig.renew(claim, { inDoubt: true })
      await rig.finish(claim, { as: 'retry', notBeforeMs: 0, error: failure })
    }
    const third = await rig.claim({ maxAttempts: 2 })
    assert.deepEqual([third.entry.attempts, third.entry.inDoubt, third.settleOnly], [3, true, true])
    await rig.renew(third, { inDoubt: false })
    await rig.finish(third, { as: 'retry', notBeforeMs: 0, error: failure })
    assert.equal((await rig.claim({ maxAttempts: 2 })).settleOnly, false)
  }),

  storeCase('fences rise over claims and polls, and above what a sink has seen', async (rig) => {
    await rig.see(['a'])
    const claim = await rig.claim()
    const poll = await rig.ledger.takePoll(rig.jobId, { signal, worker: rig.worker, leaseMs: 1_000 })
    assert.ok(poll !== undefined && poll.fence > claim.fence)
    await rig.ledger.raiseFence(1_000_000, { signal })
    await rig.ledger.raiseFence(5, { signal })
    assert.ok((await rig.renew(claim)) !== undefined)
    await rig.finish(claim, { as: 'release', notBeforeMs: 0 })
    assert.ok((await rig.claim()).fence > 1_000_000)
  }),
]
