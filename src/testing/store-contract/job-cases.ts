import assert from 'node:assert/strict'
import { newJob, rejectsWith, type StoreCase, signal, storeCase } from './store-rig.js'

export const jobCases: readonly StoreCase[] = [
  storeCase('a job is saved by compare-and-set; place and schema version are not written by it', async ({ store, other, jobId }) => {
    assert.equal(await store.jobs.load('none', { signal }), undefined)
    assert.equal(await store.jobs.save(newJob(jobId), { signal }), undefined)
    const job = await store.jobs.load(jobId, { signal })
    assert.ok(job !== undefined)
    assert.deepEqual(job, { ...newJob(jobId), schemaVersion: 1, edition: 1 })
    const definition = { name: 'job', nested: { list: [1, null, 'é'] } }
    const saved = await store.jobs.save(
      { ...job, definition, status: 'inactive', rulesVersion: 2, schemaVersion: 9, place: 's3://elsewhere/' },
      { signal },
    )
    assert.deepEqual(saved, { ...job, definition, status: 'inactive', rulesVersion: 2, edition: 2 })
    assert.equal(await other.jobs.save({ ...job, status: 'active' }, { signal }), undefined)
    assert.deepEqual(await other.jobs.load(jobId, { signal }), saved)
  }),

  storeCase('a removed job stays, is never started again and never made anew', async ({ store, jobId, ...rig }) => {
    assert.equal(await store.jobs.remove('none', { signal }), false)
    const before = await store.jobs.load(jobId, { signal })
    assert.ok(before !== undefined)
    assert.equal(await store.jobs.remove(jobId, { signal }), true)
    assert.equal(await store.jobs.remove(jobId, { signal }), true)
    const removed = await store.jobs.load(jobId, { signal })
    assert.equal(removed?.status, 'deleted')
    assert.equal(await store.jobs.save(before, { signal }), undefined)
    assert.equal(await store.jobs.save(newJob(jobId), { signal }), undefined)
    await rejectsWith(store.jobs.save({ ...removed, status: 'active' }, { signal }), 'JOB_DELETED')
    assert.deepEqual(
      (await rig.other.jobs.list({ signal, limit: 10 })).map(({ id, status }) => [id, status]),
      [[jobId, 'deleted']],
    )
  }),

  storeCase('jobs are listed by pages in order of the UTF-8 bytes of their ids', async ({ store, jobId }) => {
    const ids = ['\u{10000}', '\uE000', 'a', '__proto__', 'Z']
    for (const id of ids) assert.ok(await store.jobs.save(newJob(id), { signal }))
    const sorted = ['Z', '__proto__', 'a', jobId, '\uE000', '\u{10000}']
    const first = await store.jobs.list({ signal, limit: 4 })
    const rest = await store.jobs.list({ signal, limit: 4, after: first.at(-1)?.id ?? '' })
    assert.deepEqual(
      [...first, ...rest].map(({ id }) => id),
      sorted,
    )
  }),

  storeCase('a schema is a numbered version by its content; the older worker is told so', async ({ store, other, jobId }) => {
    assert.deepEqual(await store.jobs.schemaVersion(jobId, { signature: 'one' }, { signal }), { number: 1, current: true })
    assert.deepEqual(await store.jobs.schemaVersion(jobId, { signature: 'two', body: { a: 1 } }, { signal }), { number: 2, current: true })
    assert.deepEqual(await other.jobs.schemaVersion(jobId, { signature: 'one' }, { signal }), { number: 1, current: false })
    assert.equal((await other.jobs.load(jobId, { signal }))?.schemaVersion, 2)
    assert.deepEqual(await other.jobs.schemaVersion(jobId, { signature: 'two' }, { signal }), { number: 2, current: true })
    await rejectsWith(store.jobs.schemaVersion('none', { signature: 'one' }, { signal }), 'JOB_UNKNOWN')
  }),

  storeCase('the first worker to pin a column decides its type, per schema version', async ({ store, other, jobId }) => {
    const int = { kind: 'int64' } as const
    const text = { kind: 'utf8' } as const
    const list = { kind: 'list', item: { kind: 'timestamp', unit: 'us', timezone: null } } as const
    assert.deepEqual(
      await store.jobs.pin(
        jobId,
        1,
        [
          { column: 'x', type: int },
          { column: '__proto__', type: list },
        ],
        { signal },
      ),
      [
        { column: 'x', type: int },
        { column: '__proto__', type: list },
      ],
    )
    assert.deepEqual(
      await other.jobs.pin(
        jobId,
        1,
        [
          { column: 'y', type: text },
          { column: 'x', type: text },
          { column: '__proto__', type: text },
        ],
        { signal },
      ),
      [
        { column: 'y', type: text },
        { column: 'x', type: int },
        { column: '__proto__', type: list },
      ],
    )
    assert.deepEqual(await other.jobs.pin(jobId, 2, [{ column: 'x', type: text }], { signal }), [{ column: 'x', type: text }])
    await rejectsWith(store.jobs.pin('none', 1, [{ column: 'x', type: int }], { signal }), 'JOB_UNKNOWN')
  }),
]
