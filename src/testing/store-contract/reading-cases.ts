import assert from 'node:assert/strict'
import type { LedgerEntry } from '../../contracts/ledger-entry.js'
import { completed, failure, type StoreCase, signal, storeCase } from './store-rig.js'

const named = (files: readonly LedgerEntry[]): string[] => files.map(({ key, version }) => `${key}@${version}`)

export const readingCases: readonly StoreCase[] = [
  storeCase('files come by pages in order of the UTF-8 bytes of their keys; the versions of a key stay together', async (rig) => {
    await rig.see(['b@v1', 'a@v1', '\u{10000}@v1', '\uE000@v1'])
    await rig.see(['a@v2'])
    await rig.see(['a@v3'])
    const first = await rig.ledger.files(rig.jobId, { signal, limit: 1 })
    assert.deepEqual(named(first), ['a@v1', 'a@v2', 'a@v3'])
    const second = await rig.ledger.files(rig.jobId, { signal, limit: 2, after: 'a' })
    assert.deepEqual(named(second), ['b@v1', '\uE000@v1'])
    assert.deepEqual(named(await rig.ledger.files(rig.jobId, { signal, limit: 9, after: '\uE000' })), ['\u{10000}@v1'])
    assert.deepEqual(named(await rig.ledger.files(rig.jobId, { signal, limit: 9, after: '\u{10000}' })), [])
  }),

  storeCase('files are chosen by folder, key and state', async (rig) => {
    await rig.see(['x/1', 'x/2', 'xy', 'x/\u{10FFFF}\u{10FFFF}'])
    await rig.see(['x/3'], 'hidden')
    await rig.tryClaim({ limit: 1 })
    const files = async (query: object) => named(await rig.ledger.files(rig.jobId, { signal, limit: 9, ...query }))
    assert.deepEqual(await files({ under: 'x/' }), ['x/1@v1', 'x/2@v1', 'x/3@v1', 'x/\u{10FFFF}\u{10FFFF}@v1'])
    assert.deepEqual(await files({ under: 'x/', state: 'skipped' }), ['x/3@v1'])
    assert.deepEqual(await files({ state: 'claimed' }), ['x/1@v1'])
    assert.deepEqual(await files({ state: 'imported' }), [])
    assert.deepEqual(await files({ key: 'xy' }), ['xy@v1'])
    assert.deepEqual(await files({ under: 'x/', after: 'x/2', state: 'pending' }), ['x/\u{10FFFF}\u{10FFFF}@v1'])
  }),

  storeCase('attempts tell every try at any version of a key, oldest first', async (rig) => {
    await rig.see(['a@v1'])
    await rig.finish(await rig.claim(), { as: 'retry', notBeforeMs: 0, error: failure })
    await rig.finish(await rig.claim(), { as: 'skip', rule: 'superseded' })
    rig.pass(5)
    await rig.import('a@v2')
    await rig.import('b')
    const attempts = await rig.ledger.attempts(rig.jobId, 'a', { signal })
    assert.deepEqual(
      attempts.map(({ version, outcome, error }) => [version, outcome, error]),
      [
        ['v1', 'retry', failure],
        ['v1', 'skip', null],
        ['v2', 'complete', null],
      ],
    )
    assert.deepEqual(attempts.at(-1)?.startedAt, rig.now)
    assert.ok(attempts.every(({ fence }, i) => i === 0 || fence > (attempts[i - 1]?.fence ?? 0)))
  }),

  storeCase('the tally equals a count of the files', async (rig) => {
    await rig.see(['p', 'q', 'r', 's', 't', 'u'])
    await rig.see(['h'], 'hidden')
    const [p, q, r, s] = (await rig.tryClaim({ limit: 5 })).claims
    assert.ok(p !== undefined && q !== undefined && r !== undefined && s !== undefined)
    await rig.finish(p, completed(p, { rows: 5, rejected: 2 }))
    await rig.finish(q, completed(q, { rows: 0, rejected: 0 }))
    await rig.finish(r, { as: 'fail', error: failure, issues: [], partialRows: 0 })
    await rig.finish(s, { as: 'retry', notBeforeMs: 9, error: failure })
    assert.deepEqual(await rig.other.ledger.tally(rig.jobId, { signal }), {
      files: { pending: 2, claimed: 1, imported: 2, failed: 1, skipped: 1 },
      rowsRead: 7,
      rowsWritten: 5,
      rowsRejected: 2,
      bytes: 20,
      lastImportedAt: rig.now,
      lastPolledAt: null,
      lastSweepAt: null,
    })
  }),

  storeCase('due tells what could be claimed now, what waits, and until when', async (rig) => {
    assert.deepEqual(await rig.ledger.due(rig.jobId, { signal }), { now: 0, waiting: 0, nextAt: null })
    await rig.see(['a', 'b', 'c'])
    assert.deepEqual(await rig.ledger.due(rig.jobId, { signal }), { now: 3, waiting: 0, nextAt: null })
    const [a, b] = (await rig.tryClaim({ limit: 2 })).claims
    assert.ok(a !== undefined && b !== undefined)
    await rig.finish(b, { as: 'retry', notBeforeMs: 90_000, error: failure })
    await rig.see(['a@v2'])
    const at = rig.now.getTime()
    assert.deepEqual(await rig.ledger.due(rig.jobId, { signal }), { now: 1, waiting: 3, nextAt: new Date(at + 60_000) })
    rig.pass(60_001)
    assert.deepEqual(await rig.ledger.due(rig.jobId, { signal }), { now: 2, waiting: 2, nextAt: new Date(at + 90_000) })
    await rig.setStatus('inactive')
    assert.deepEqual(await rig.ledger.due(rig.jobId, { signal }), { now: 0, waiting: 0, nextAt: null })
  }),

  storeCase('a job that is not stored has an empty ledger', async ({ ledger }) => {
    const object = { key: 'a', version: 'v1', size: 1, lastModified: null }
    assert.deepEqual(await ledger.unknown('none', [object], { signal }), [object])
    assert.deepEqual(await ledger.files('none', { signal, limit: 9 }), [])
    assert.deepEqual(await ledger.attempts('none', 'a', { signal }), [])
    assert.equal((await ledger.tally('none', { signal })).files.imported, 0)
    assert.deepEqual((await ledger.pollState('none', { signal })).cursor, {})
  }),

  storeCase('jobs do not see each other', async (rig) => {
    await rig.see(['a'])
    await rig.store.jobs.save({ ...(await rig.store.jobs.load(rig.jobId, { signal })), id: 'other', edition: 0 } as never, { signal })
    assert.deepEqual(await rig.ledger.files('other', { signal, limit: 9 }), [])
    const object = { key: 'a', version: 'v1', size: 1, lastModified: null }
    assert.equal((await rig.ledger.discover('other', [{ object }], { signal })).length, 1)
    assert.deepEqual(await rig.claimedNames(), ['a@v1'])
  }),

  storeCase('an aborted call rejects with the reason and changes nothing', async (rig) => {
    const aborted = AbortSignal.abort(new Error('stop'))
    await rig.see(['a'])
    await assert.rejects(rig.tryClaim({ signal: aborted }), /stop/)
    await assert.rejects(rig.ledger.unknown(rig.jobId, [], { signal: aborted }), /stop/)
    assert.equal((await rig.file('a')).state, 'pending')
  }),

  storeCase('what was handed out stays as it was', async (rig) => {
    const [seen] = await rig.see(['a'])
    const claim = await rig.claim()
    await rig.finish(claim, completed(claim))
    assert.deepEqual([seen?.entry.state, claim.entry.state], ['pending', 'claimed'])
    const cursor: { after: string } = { after: 'a' }
    const poll = await rig.ledger.takePoll(rig.jobId, { signal, worker: rig.worker, leaseMs: 1_000 })
    assert.ok(poll !== undefined && (await rig.ledger.keepPoll(poll, { cursor }, { signal, leaseMs: 1_000 })))
    cursor.after = 'changed'
    assert.deepEqual((await rig.ledger.pollState(rig.jobId, { signal })).cursor, { after: 'a' })
  }),
]
