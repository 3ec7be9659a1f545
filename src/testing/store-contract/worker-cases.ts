import assert from 'node:assert/strict'
import type { Claim, ClaimOptions, JobStore } from '../../contracts/job-store.js'
import type { LedgerEntry } from '../../contracts/ledger-entry.js'
import { completed, newJob, type StoreCase, type StoreRig, signal, storeCase } from './store-rig.js'

/** Two stores over the same storage, asked at once. */
export const workerCases: readonly StoreCase[] = [
  storeCase('workers that claim at once share the files, each with fences of its own', async (rig) => {
    await rig.see(Array.from({ length: 40 }, (_, i) => `k/${i}`))
    const claims = await claimAll(rig, { limit: 3 })
    assert.equal(new Set(claims.map(({ entry }) => entry.key)).size, 40)
    assert.equal(claims.length, 40)
    assert.equal(new Set(claims.map(({ fence }) => fence)).size, 40)
  }),

  storeCase('two versions of a key are not claimed at once, whoever asks', async (rig) => {
    const keys = Array.from({ length: 10 }, (_, i) => `k/${i}`)
    await rig.see(keys)
    for (const claim of (await rig.tryClaim()).claims) await rig.finish(claim, { as: 'release', notBeforeMs: 0 })
    await rig.see(keys.map((key) => `${key}@v2`))
    const claims = await claimAll(rig, { limit: 4 })
    assert.deepEqual(claims.map(({ entry }) => entry.key).sort(), keys)
    assert.ok(claims.every(({ first }) => !first))
  }),

  storeCase('a page that two discover at once is told once', async (rig) => {
    const found = Array.from({ length: 50 }, (_, i) => ({ object: { key: `k/${i}`, version: 'v1', size: 1, lastModified: null } }))
    const told = await Promise.all(
      [found, found.toReversed()].map((page, i) => storeOf(rig, i).ledger.discover(rig.jobId, page, { signal })),
    )
    assert.deepEqual(
      told
        .flat()
        .map(({ entry }: { entry: LedgerEntry }) => entry.key)
        .sort(),
      found.map(({ object }) => object.key).sort(),
    )
    assert.equal((await rig.ledger.tally(rig.jobId, { signal })).files.pending, 50)
  }),

  storeCase('of two that make or change a job at once, one is told that the other came first', async (rig) => {
    const made = await both(rig, ({ jobs }) => jobs.save(newJob('new'), { signal }))
    assert.equal(made.filter((job) => job !== undefined).length, 1)
    const saved = await both(rig, async ({ jobs }, i) => {
      const job = made.find((row) => row !== undefined)
      return job && jobs.save({ ...job, rulesVersion: i + 7 }, { signal })
    })
    assert.equal(saved.filter((job) => job !== undefined).length, 1)
  }),

  storeCase('schemas and pins that come at once get one number each, and one type', async (rig) => {
    const numbers = await both(rig, ({ jobs }, i) => jobs.schemaVersion(rig.jobId, { signature: `s${i}` }, { signal }))
    assert.deepEqual(numbers.map(({ number }) => number).sort(), [2, 3])
    const same = await both(rig, ({ jobs }) => jobs.schemaVersion(rig.jobId, { signature: 'same' }, { signal }))
    assert.deepEqual(
      same.map(({ number }) => number),
      [4, 4],
    )
    const kinds = ['utf8', 'int64'] as const
    const [one, two] = await both(rig, ({ jobs }, i) =>
      jobs.pin(rig.jobId, 1, [{ column: 'x', type: { kind: kinds[i] as 'utf8' } }], { signal }),
    )
    assert.deepEqual(one, two)
  }),

  storeCase('one of two gets the poll lease', async (rig) => {
    const leases = await both(rig, ({ ledger }, i) => ledger.takePoll(rig.jobId, { signal, worker: `w${i}/1`, leaseMs: 60_000 }))
    assert.equal(leases.filter((lease) => lease !== undefined).length, 1)
  }),

  storeCase('files that end at once all count, and a file that ends twice counts once', async (rig) => {
    await rig.see(Array.from({ length: 20 }, (_, i) => `k/${i}`))
    const { claims } = await rig.tryClaim({ limit: 20 })
    const ended = await Promise.all(
      [...claims, ...claims.slice(0, 5)].map((claim, i) => storeOf(rig, i).ledger.finish(claim, completed(claim), { signal })),
    )
    assert.ok(ended.every(Boolean))
    const tally = await rig.ledger.tally(rig.jobId, { signal })
    assert.deepEqual([tally.files.imported, tally.rowsRead, tally.bytes], [20, 60, 200])
  }),
]

function storeOf(rig: StoreRig, i: number): JobStore {
  return i % 2 === 0 ? rig.store : rig.other
}

function both<T>(rig: StoreRig, ask: (store: JobStore, i: number) => Promise<T>): Promise<T[]> {
  return Promise.all([0, 1].map((i) => ask(storeOf(rig, i), i)))
}

/** Six workers that ask until none gets anything. */
async function claimAll(rig: StoreRig, { limit }: Pick<ClaimOptions, 'limit'>): Promise<readonly Claim[]> {
  const all: Claim[] = []
  for (;;) {
    const asked = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        storeOf(rig, i).ledger.claim(rig.jobId, {
          worker: `w${i}/1`,
          leaseMs: 60_000,
          limit,
          schemaVersion: 1,
          maxAttempts: 5,
          overwrites: 'import',
          signal,
        }),
      ),
    )
    const claims = asked.flatMap((claimed) => claimed.claims)
    if (claims.length === 0) return all
    all.push(...claims)
  }
}
