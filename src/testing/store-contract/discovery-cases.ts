import assert from 'node:assert/strict'
import { installProbe } from '../../util/probe.js'
import { completed, rejectsWith, type StoreCase, type StoreRig, signal, storeCase } from './store-rig.js'

export const discoveryCases: readonly StoreCase[] = [
  storeCase('T1: an unknown version is inserted once, and only by who inserts it', async (rig) => {
    assert.deepEqual(await rig.unknown(['a', 'b']), ['a@v1', 'b@v1'])
    const seen = await rig.see(['a', 'b', 'a'])
    assert.deepEqual(
      seen.map(({ entry, previous }) => [entry.key, entry.state, previous]),
      [
        ['a', 'pending', null],
        ['b', 'pending', null],
      ],
    )
    assert.deepEqual(await rig.see(['b', 'a']), [])
    assert.deepEqual(await rig.unknown(['a', 'b', 'c']), ['c@v1'])
    const { discoveredAt, sourceTime, asOf, attempts, generation } = await rig.file('a')
    assert.deepEqual({ discoveredAt, asOf, attempts, generation }, { discoveredAt: rig.now, asOf: null, attempts: 0, generation: 1 })
    assert.deepEqual(sourceTime, new Date('2026-03-01T00:00:00Z'))
  }),

  storeCase('T1: an object without lastModified has the time of its discovery', async (rig) => {
    const object = { key: 'a', version: 'v1', size: 0, lastModified: null }
    const [seen] = await rig.ledger.discover(rig.jobId, [{ object }], { signal })
    assert.deepEqual(seen?.entry.sourceTime, rig.now)
  }),

  storeCase('T1: never-claimed siblings are superseded, one that was claimed once is not', async (rig) => {
    await rig.see(['a@v1', 'b@v1'])
    const claim = (await rig.tryClaim({ limit: 1 })).claims[0]
    assert.ok(claim !== undefined && (await rig.finish(claim, { as: 'release', notBeforeMs: 0 })))
    const seen = await rig.see(['a@v2', 'b@v2'])
    assert.deepEqual(seen.map(({ entry }) => `${entry.key}@${entry.version} ${entry.rule ?? entry.state}`).sort(), [
      'a@v2 pending',
      'b@v1 superseded',
      'b@v2 pending',
    ])
    assert.equal((await rig.file('a@v1')).state, 'pending')
    assert.equal((await rig.file('b@v1')).rule, 'superseded')
  }),

  storeCase('T1: a new version of an imported key names the version before', async (rig) => {
    await rig.import('a@v1')
    rig.pass(1)
    await rig.import('a@v2')
    const [seen] = await rig.see(['a@v3'])
    assert.equal(seen?.previous, 'v2')
  }),

  storeCase('T2: what a rule refuses is skipped once and not claimed', async (rig) => {
    const [seen] = await rig.see(['a'], 'hidden')
    assert.deepEqual([seen?.entry.state, seen?.entry.rule, seen?.entry.finishedAt], ['skipped', 'hidden', rig.now])
    assert.deepEqual(await rig.see(['a'], 'hidden'), [])
    assert.deepEqual(await rig.unknown(['a']), [])
    assert.deepEqual(await rig.claimedNames(), [])
  }),

  storeCase('nothing is discovered for a job that is not active, and an unknown job is an error', async (rig) => {
    await rig.setStatus('inactive')
    assert.deepEqual(await rig.see(['a']), [])
    assert.deepEqual(await rig.unknown(['a']), ['a@v1'])
    await rejectsWith(rig.ledger.discover('none', [], { signal }), 'JOB_UNKNOWN')
  }),

  storeCase('T12: a listing that shows a version again puts it back, with back-off from the second time on', async (rig) => {
    await rig.see(['a'])
    await skip(rig, 'vanished')
    assert.deepEqual(await rig.unknown(['a']), ['a@v1'])
    const [first] = await rig.see(['a'])
    assert.deepEqual([first?.entry.state, first?.entry.rule, first?.entry.attempts], ['pending', null, 0])
    await skip(rig, 'superseded')
    const [second] = await rig.see(['a'])
    assert.ok(second !== undefined && second.entry.notBefore > rig.now)
    assert.deepEqual(await rig.claimedNames(), [])
    rig.pass(second.entry.notBefore.getTime() - rig.now.getTime())
    await skip(rig, 'vanished')
    const [third] = await rig.see(['a'])
    assert.ok(third !== undefined && third.entry.notBefore > new Date(rig.now.getTime() + 1))
    assert.deepEqual([third.entry.generation, await rig.unknown(['a'])], [1, []])
  }),

  storeCase('T13: a replaced version that is listed again is repeated as a new generation', async (rig) => {
    await rig.import('a@A', { overwrites: 'replace' })
    await rig.import('a@B', { overwrites: 'replace' })
    const asOf = (await rig.file('a@A')).asOf
    assert.deepEqual([(await rig.file('a@A')).replacedBy, await rig.unknown(['a@A', 'a@B'])], ['B', ['a@A']])
    rig.pass(1_000)
    const [seen] = await rig.see(['a@A'])
    assert.deepEqual([seen?.entry.state, seen?.entry.generation, seen?.entry.receipt, seen?.previous], ['pending', 2, null, 'B'])
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.imported, 1)
    const claim = await rig.claim({ overwrites: 'replace' })
    assert.deepEqual([claim.first, claim.asOf], [false, asOf])
    await rig.finish(claim, completed(claim, { replacesKey: true }))
    assert.deepEqual([(await rig.file('a@A')).replacedBy, (await rig.file('a@B')).replacedBy], [null, 'A'])
    assert.deepEqual(await rig.unknown(['a@A', 'a@B']), ['a@B'])
  }),

  storeCase('T16: files skipped under older rules are judged again, those skipped by the engine are not', async (rig) => {
    await rig.see(['a', 'b', 'c'], 'hidden')
    await rig.import('d@v1')
    await rig.see(['d@v2'])
    assert.equal((await rig.tryClaim({ overwrites: 'ignore' })).skipped[0]?.rule, 'overwrite_ignored')
    await rig.setStatus('active', { rulesVersion: 2 })
    assert.deepEqual(await rig.unknown(['a', 'b', 'c', 'd@v2']), ['a@v1', 'b@v1', 'c@v1'])
    assert.deepEqual(await rig.see(['a'], 'hidden'), [])
    const [other] = await rig.see(['b'], 'temporary')
    assert.equal(other?.entry.rule, 'temporary')
    const [back] = await rig.see(['c'])
    assert.equal(back?.entry.state, 'pending')
    assert.deepEqual(await rig.unknown(['a', 'b', 'c']), [])
  }),

  storeCase('keys are kept byte for byte', async (rig) => {
    const keys = [
      '__proto__',
      'constructor',
      "'; DROP TABLE file; --",
      'a\r\n\u001b[31m',
      '\u{10FFFF}',
      'k'.repeat(1_024),
      ' a ',
      '%2F',
      'é',
      'e\u0301',
      '../../x',
    ]
    await rig.see(keys)
    assert.deepEqual(await rig.unknown(keys), [])
    const files = await rig.ledger.files(rig.jobId, { signal, limit: 100 })
    assert.deepEqual(new Set(files.map(({ key }) => key)), new Set(keys))
  }),

  storeCase('a page is discovered as a whole or not at all', async (rig) => {
    installProbe((point) => {
      if (point === 'P03') throw new Error('cut')
    })
    try {
      await assert.rejects(rig.see(['a', 'b', 'c', 'd']))
    } finally {
      installProbe(undefined)
    }
    assert.deepEqual(await rig.ledger.files(rig.jobId, { signal, limit: 10 }), [])
    assert.equal((await rig.see(['a', 'b', 'c', 'd'])).length, 4)
  }),
]

async function skip(rig: StoreRig, rule: 'superseded' | 'vanished'): Promise<void> {
  assert.ok(await rig.finish(await rig.claim(), { as: 'skip', rule }))
}
