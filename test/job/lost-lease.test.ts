import { expect, test } from 'vitest'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { ImportJob } from '../../src/job/import-job.js'
import { rowMapper } from '../../src/mappers/row-mapper/row-mapper.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'

test('a file in the decoder when its lease cannot be renewed is given back, whatever the store threw', async () => {
  // By the store's own clock the lease goes on, so that nobody else takes the file.
  const { jobs, ledger } = memoryStore({ now: () => new Date(0) })
  const stalled = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  const objects = memorySource({ 'a.csv': 'id\n1\n' })
  const source: ObjectSource = {
    ...objects,
    open: async ({ size }) => ({ size, read: (_start, _end, { signal }) => stalled(signal) }),
  }
  const job = new ImportJob({
    id: 'lost-lease',
    source,
    mapper: rowMapper({ signature: '1', columns: { id: 'string' }, map: ({ id }) => ({ id }) }),
    sink: memorySink<{ id: string | null }>(),
    store: { jobs, ledger: { ...ledger, renew: () => Promise.reject(new Error('connection lost')) } },
    isolation: 'inline',
    leaseMs: 60,
  })
  await job.runOnce()
  const [entry] = await ledger.files('lost-lease', { limit: 1, signal: new AbortController().signal })
  expect(entry?.error?.code).toBe('STORE_UNAVAILABLE')
  expect(entry).toMatchObject({ state: 'pending', attempts: 0 })
})
