import type { Claim, ClaimOptions, Ending, JobStore } from '../../src/contracts/job-store.js'

export const signal: AbortSignal = new AbortController().signal

export async function saveJob(store: JobStore, id = 'job'): Promise<void> {
  const job = {
    id,
    status: 'active',
    definition: null,
    place: 's3://b/',
    identity: 'etag',
    schemaVersion: 0,
    rulesVersion: 1,
    edition: 0,
  } as const
  await store.jobs.save(job, { signal })
  await store.jobs.schemaVersion(id, { signature: 'one' }, { signal })
}

export const objectAt = (i: number) => ({ key: `k/${String(i).padStart(8, '0')}`, version: 'e:abc:1', size: 1, lastModified: null })

export async function discover(store: JobStore, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 1_000) {
    const found = Array.from({ length: Math.min(1_000, to - at) }, (_, i) => ({ object: objectAt(at + i) }))
    await store.ledger.discover('job', found, { signal })
  }
}

export const claimOptions = (over: Partial<ClaimOptions> = {}): ClaimOptions => ({
  signal,
  worker: 'one/boot',
  leaseMs: 60_000,
  limit: 1,
  schemaVersion: 1,
  maxAttempts: 5,
  overwrites: 'ignore',
  ...over,
})

export const completion = ({ fence }: Claim): Ending => ({
  as: 'complete',
  receipt: { rows: 1, rejected: 0, schemaVersion: 1, fence, committedAt: '2026-01-01T00:00:00Z' },
  counts: { rowsRead: 1, rowsWritten: 1, rowsRejected: 0 },
  format: 'csv',
  issues: [],
  replacesKey: false,
})
