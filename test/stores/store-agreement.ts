import fc from 'fast-check'
import { expect } from 'vitest'
import type { Claim, ClaimOptions, Ending, JobStore, PollLease } from '../../src/contracts/job-store.js'
import type { FileState, JobStatus } from '../../src/model/job-status.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'

const { signal } = new AbortController()
const keys = ['a/1', 'a/2', 'a/', 'a/\u{10000}', 'a/\uFFFD', 'b/__proto__', 'b/\u00e9']
const versions = ['e:1:1', 'e:2:2', 'e:3:3']
const workers = ['one/1', 'one/2', 'two/1']

/** What a run remembers of one store: claims and poll leases in the order in which they were given. */
interface Side {
  readonly store: JobStore
  readonly claims: Claim[]
  readonly polls: PollLease[]
}

interface Command {
  readonly name: string
  readonly advanceMs: number
  run(side: Side): Promise<unknown>
}

const command = <T extends object>(name: string, values: fc.Arbitrary<T>, run: (side: Side, values: T) => Promise<unknown>) =>
  fc
    .tuple(values, fc.constantFrom(0, 0, 1, 900, 1_100, 20_000))
    .map(([given, advanceMs]): Command => ({ name: `${name} ${JSON.stringify(given)}`, advanceMs, run: (side) => run(side, given) }))

// Mostly one key, so that its versions meet.
const object = fc.record({ key: fc.constantFrom('a/1', 'a/1', 'a/1', 'a/1', 'a/1', ...keys), version: fc.constantFrom(...versions) })
const page = fc.array(fc.tuple(object, fc.option(fc.constantFrom('hidden', 'temporary'), { nil: undefined, freq: 5 })), {
  minLength: 1,
  maxLength: 6,
})
const nth = fc.nat(30)
const delay = fc.constantFrom(0, 1_000, 5_000)
const error = { name: 'SinkError', code: 'SINK_FAILED', message: 'refused' } as const

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length]
}

const ending: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({ rows: fc.nat(9), rejected: fc.nat(3), off: fc.constantFrom(0, 0, 0, 0, 1), replacesKey: fc.boolean() }).map(
    ({ rows, rejected, off, replacesKey }): Ending => ({
      as: 'complete',
      receipt: { rows, rejected, schemaVersion: 1, fence: 1, committedAt: '2026-01-01T00:00:00Z', detail: { rows } },
      counts: { rowsRead: rows + rejected + off, rowsWritten: rows, rowsRejected: rejected },
      format: 'csv',
      issues: rejected === 0 ? [] : [{ code: 'bad', severity: 'error', message: 'bad', row: 1 }],
      replacesKey,
    }),
  ),
  fc.record({ as: fc.constant('release' as const), notBeforeMs: delay }),
  fc.record({ as: fc.constant('retry' as const), notBeforeMs: delay, error: fc.constant(error) }),
  fc.record({ as: fc.constant('fail' as const), error: fc.constant(error), issues: fc.constant([]), partialRows: fc.nat(4) }),
  fc.record({ as: fc.constant('skip' as const), rule: fc.constantFrom('superseded' as const, 'vanished' as const) }),
)

const discover = command('discover', fc.record({ page }), async ({ store }, { page }) => {
  const found = page.map(([{ key, version }, rule]) => ({
    object: { key, version, size: Number(version.at(-1)), lastModified: version === 'e:1:1' ? null : new Date(5) },
    ...(rule === undefined ? {} : { rule }),
  }))
  const unknown = await store.ledger.unknown(
    'job',
    found.map(({ object }) => object),
    { signal },
  )
  return [unknown, await store.ledger.discover('job', found, { signal })]
})

const claim = command(
  'claim',
  fc.record({
    worker: fc.constantFrom(...workers),
    limit: fc.nat(4),
    schemaVersion: fc.constantFrom(1, 1, 1, 1, 2),
    maxAttempts: fc.constant(2),
    leaseMs: fc.constant(10_000),
    overwrites: fc.constantFrom<ClaimOptions['overwrites']>('ignore', 'import', 'replace'),
  }),
  async (side, options) => {
    const claimed = await side.store.ledger.claim('job', { ...options, signal })
    side.claims.push(...claimed.claims)
    return claimed
  },
)

const finish = command('finish', fc.record({ nth, ending }), async ({ store, claims }, { nth, ending }) => {
  const held = pick(claims.slice(-3), nth)
  return held && store.ledger.finish(held, ending, { signal })
})

const renew = command(
  'renew',
  fc.record({
    nth,
    mark: fc.constantFrom({}, { plan: 'p1', schemaVersion: 1 }, { dirty: true } as const, { inDoubt: true }, { inDoubt: false }),
  }),
  async ({ store, claims }, { nth, mark }) => {
    const held = pick(claims.slice(-4), nth)
    return held && store.ledger.renew(held, { ...mark, leaseMs: 10_000, signal })
  },
)

const save = command(
  'save',
  fc.record({
    status: fc.constantFrom<JobStatus>('active', 'active', 'active', 'inactive'),
    rules: fc.nat(1),
    stale: fc.constantFrom(0, 0, 0, 1),
  }),
  async ({ store }, { status, rules, stale }) => {
    const job = await store.jobs.load('job', { signal })
    return job && store.jobs.save({ ...job, status, rulesVersion: job.rulesVersion + rules, edition: job.edition - stale }, { signal })
  },
)

const reset = command(
  'reset',
  fc.record({
    state: fc.constantFrom('failed' as const, 'imported' as const),
    nextGeneration: fc.boolean(),
    under: fc.constantFrom(undefined, 'a/', 'b/', '', 'a/\u{10000}'),
    key: fc.constantFrom(undefined, undefined, ...keys),
  }),
  ({ store }, { state, nextGeneration, under, key }) =>
    store.ledger.reset(
      'job',
      { state, ...(under === undefined ? {} : { under }), ...(key === undefined ? {} : { key }) },
      { nextGeneration, signal },
    ),
)

const takePoll = command(
  'takePoll',
  fc.record({ worker: fc.constantFrom(...workers), force: fc.boolean() }),
  async (side, { worker, force }) => {
    const lease = await side.store.ledger.takePoll('job', { worker, force, leaseMs: 10_000, signal })
    if (lease !== undefined) side.polls.push(lease)
    return lease
  },
)

const keepPoll = command(
  'keepPoll',
  fc.record({
    nth: fc.nat(1),
    state: fc.record({
      cursor: fc.record({ after: fc.constantFrom(...keys) }),
      nextPollMs: fc.constantFrom(undefined, 1_000),
      sweepMs: fc.constantFrom(undefined, 70),
      error: fc.constantFrom(undefined, error),
      blocked: fc.constantFrom(undefined, null, { code: 'SINK_UNAVAILABLE' }),
    }),
  }),
  async ({ store, polls }, { nth, state }) => {
    const lease = pick(polls.slice(-2), nth)
    const { cursor, ...rest } = state
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
    return lease && store.ledger.keepPoll(lease, { cursor, ...given }, { leaseMs: 10_000, signal })
  },
)

const look = command(
  'files',
  fc.record({
    after: fc.constantFrom(undefined, ...keys),
    under: fc.constantFrom(undefined, 'a/', 'b', 'a/\u{10000}'),
    state: fc.constantFrom<FileState | undefined>(undefined, 'pending', 'claimed', 'imported', 'failed', 'skipped'),
    limit: fc.nat(4),
  }),
  async ({ store }, { limit, ...query }) => {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
    return [
      await store.ledger.files('job', { ...given, limit, signal }),
      await store.ledger.due('job', { signal }),
      await store.ledger.tally('job', { signal }),
      await store.ledger.pollState('job', { signal }),
    ]
  },
)

const jobs = command(
  'jobs',
  fc.record({ signature: fc.constantFrom('s1', 's1', 's1', 's2'), type: fc.constantFrom('utf8' as const, 'int64' as const) }),
  async ({ store }, { signature, type }) => [
    await store.jobs.schemaVersion('job', { signature, body: { signature } }, { signal }),
    await store.jobs.pin(
      'job',
      1,
      [
        { column: 'x', type: { kind: type } },
        { column: '__proto__', type: { kind: type } },
      ],
      { signal },
    ),
    await store.jobs.list({ limit: 3, signal }),
    await store.ledger.raiseFence(7, { signal }),
  ],
)

const remove = command('remove', fc.record({ really: fc.constantFrom(false, false, false, true) }), async ({ store }, { really }) =>
  store.jobs.remove(really ? 'job' : 'other', { signal }),
)

const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: discover },
    { weight: 8, arbitrary: claim },
    { weight: 9, arbitrary: finish },
    { weight: 4, arbitrary: renew },
    { weight: 2, arbitrary: save },
    { weight: 2, arbitrary: reset },
    { weight: 2, arbitrary: takePoll },
    { weight: 2, arbitrary: keepPoll },
    { weight: 2, arbitrary: look },
    { weight: 1, arbitrary: jobs },
    { weight: 1, arbitrary: remove },
  ),
  { minLength: 10, maxLength: 100, size: 'max' },
)

async function answerOf(side: Side, { run }: Command): Promise<unknown> {
  try {
    return await run(side)
  } catch (error) {
    return { threw: (error as { code?: unknown }).code ?? error }
  }
}

async function sideOf(store: JobStore): Promise<Side> {
  const job = {
    id: 'job',
    status: 'active',
    definition: { b: 1 },
    place: 's3://b/',
    identity: 'etag',
    schemaVersion: 0,
    rulesVersion: 1,
    edition: 0,
  } as const
  await store.jobs.save(job, { signal })
  await store.jobs.schemaVersion('job', { signature: 's1' }, { signal })
  return { store, claims: [], polls: [] }
}

/** Laws that hold after every run, whatever was done. */
async function lawsOf({ ledger }: JobStore): Promise<unknown> {
  const files = await ledger.files('job', { limit: 1_000, signal })
  const tally = await ledger.tally('job', { signal })
  const imported = files.filter(({ state }) => state === 'imported')
  const counted = Object.fromEntries(Object.keys(tally.files).map((state) => [state, files.filter((file) => file.state === state).length]))
  const total = (amount: (file: (typeof files)[number]) => number): number => imported.reduce((sum, file) => sum + amount(file), 0)
  expect(counted).toEqual(tally.files)
  expect(total((file) => file.counts?.rowsRead ?? Number.NaN)).toBe(tally.rowsRead)
  expect(total((file) => file.counts?.rowsWritten ?? Number.NaN)).toBe(tally.rowsWritten)
  expect(total((file) => file.counts?.rowsRejected ?? Number.NaN)).toBe(tally.rowsRejected)
  expect(total((file) => file.size)).toBe(tally.bytes)
  const claimed = files.filter(({ state }) => state === 'claimed').map(({ key }) => key)
  expect(new Set(claimed).size).toBe(claimed.length)
  const attempts = await Promise.all(keys.map((key) => ledger.attempts('job', key, { signal })))
  return [files, attempts]
}

/**
 * Every sequence of commands is answered alike by a store and by the one in memory. Resolves to the states and outcomes that
 * were reached: the commands must get somewhere, else the sameness means nothing.
 *
 * @param make a store over empty storage
 */
export async function agree(numRuns: number, make: (now: () => Date) => Promise<JobStore>): Promise<readonly string[]> {
  const reached = new Set<string>()
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      let at = Date.parse('2026-01-01T00:00:00Z')
      const now = (): Date => new Date(at)
      const memory = await sideOf(memoryStore({ now }))
      const other = await sideOf(await make(now))
      for (const step of sequence) {
        at += step.advanceMs
        const expected = await answerOf(memory, step)
        expect(await answerOf(other, step), step.name).toEqual(expected)
      }
      const [files, attempts] = (await lawsOf(memory.store)) as [
        readonly { state: string }[],
        readonly (readonly { outcome: string | null }[])[],
      ]
      expect(await lawsOf(other.store)).toEqual([files, attempts])
      for (const file of files) reached.add(file.state)
      for (const attempt of attempts.flat()) reached.add(attempt.outcome ?? 'open')
      await other.store.close?.()
    }),
    { numRuns },
  )
  return [...reached].sort()
}
