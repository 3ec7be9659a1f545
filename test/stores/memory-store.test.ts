import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { claimOptions, completion, discover, objectAt, saveJob, signal } from './job-in-store.js'

test('thousands of ignored overwrites are judged in one call, and do not hide the file behind them', async () => {
  const store = memoryStore()
  await saveJob(store)
  await discover(store, 0, 2_500)
  for (const claim of (await store.ledger.claim('job', claimOptions({ limit: 2_500 }))).claims) {
    await store.ledger.finish(claim, completion(claim), { signal })
  }
  const overwritten = Array.from({ length: 2_500 }, (_, i) => ({ object: { ...objectAt(i), version: 'e:new:2' } }))
  await store.ledger.discover('job', [...overwritten, { object: objectAt(9_999) }], { signal })
  const { claims, skipped } = await store.ledger.claim('job', claimOptions())
  expect(claims.map(({ entry }) => entry.key)).toEqual([objectAt(9_999).key])
  expect(skipped.length).toBe(2_500)
})

test('50,000 files are drained one by one without a walk over the rest', async () => {
  const store = memoryStore()
  await saveJob(store)
  await discover(store, 0, 50_000)
  const keys = new Set<string>()
  const started = performance.now()
  for (;;) {
    const [claim] = (await store.ledger.claim('job', claimOptions())).claims
    if (claim === undefined) break
    keys.add(claim.entry.key)
    await store.ledger.finish(claim, completion(claim), { signal })
  }
  console.info(`memory: ${(((performance.now() - started) * 1_000) / 50_000).toFixed(1)} us a file`)
  expect(keys.size).toBe(50_000)
})

test('nothing stays of a step that throws half-way', async () => {
  const store = memoryStore()
  await saveJob(store)
  await discover(store, 0, 3)
  const [claim] = (await store.ledger.claim('job', claimOptions())).claims
  if (claim === undefined) throw new Error('no claim')
  const before = await store.ledger.files('job', { signal, limit: 9 })
  const hostile = {
    toJSON: () => {
      throw new Error('no')
    },
  } as never
  await expect(store.ledger.finish(claim, { ...completion(claim), receipt: hostile } as never, { signal })).rejects.toThrow('no')
  await expect(store.ledger.discover('job', [{ object: objectAt(7) }, { object: null as never }], { signal })).rejects.toThrow(TypeError)
  expect(await store.ledger.files('job', { signal, limit: 9 })).toEqual(before)
  expect((await store.ledger.tally('job', { signal })).files).toEqual({ pending: 2, claimed: 1, imported: 0, failed: 0, skipped: 0 })
})
