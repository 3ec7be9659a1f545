import assert from 'node:assert/strict'
import { completed, type StoreCase, type StoreRig, signal, storeCase } from './store-rig.js'

/** For stores whose database a sink may share; each holds by itself where the maker opens no transactions. */
export const sealCases: readonly StoreCase[] = [
  storeCase('seal: sealed in a transaction of the sink, a file is imported when that commits', async (rig) => {
    const sink = await rig.connect()
    if (sink === undefined) return
    const claim = await seeAndClaim(rig)
    const transaction = await sink.begin()
    assert.equal(await rig.ledger.finish(claim, completed(claim), { signal, transaction }), true)
    assert.equal((await rig.file('a')).state, 'claimed')
    await sink.end('COMMIT')
    assert.equal((await rig.file('a')).state, 'imported')
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.imported, 1)
    assert.deepEqual(await rig.attempts('a'), ['v1 1 complete'])
    assert.equal(await rig.finish(claim, completed(claim)), true)
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.imported, 1)
  }),

  storeCase('seal: what is rolled back was not sealed', async (rig) => {
    const sink = await rig.connect()
    if (sink === undefined) return
    const claim = await seeAndClaim(rig)
    const transaction = await sink.begin()
    assert.equal(await rig.ledger.finish(claim, completed(claim), { signal, transaction }), true)
    await sink.end('ROLLBACK')
    assert.equal((await rig.file('a')).state, 'claimed')
    assert.deepEqual(await rig.attempts('a'), ['v1 1 open'])
    assert.equal(await rig.finish(claim, { as: 'release', notBeforeMs: 0 }), true)
  }),

  storeCase('seal: a claim that was lost is not sealed, whatever the clock says', async (rig) => {
    const sink = await rig.connect()
    if (sink === undefined) return
    const lost = await seeAndClaim(rig)
    rig.pass(60_001)
    const later = await rig.claim({ worker: 'two/x' })
    const transaction = await sink.begin()
    assert.equal(await rig.ledger.finish(lost, completed(lost), { signal, transaction }), false)
    await sink.end('ROLLBACK')
    rig.pass(60_001)
    assert.equal(await rig.finish(later, completed(later)), true)
  }),
]

async function seeAndClaim(rig: StoreRig) {
  await rig.see(['a'])
  return rig.claim()
}
