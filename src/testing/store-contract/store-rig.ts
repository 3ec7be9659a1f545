import assert from 'node:assert/strict'
import { setMaxListeners } from 'node:events'
import type { Claim, ClaimOptions, Ending, JobRow, JobStore } from '../../contracts/job-store.js'
import type { LedgerEntry } from '../../contracts/ledger-entry.js'
import { ImportError } from '../../errors.js'
import type { ErrorCode } from '../../model/error-code.js'
import type { JobStatus } from '../../model/job-status.js'
import type { SerializedImportError } from '../../model/serialized-error.js'

/** What a maker hands to each case: a store over empty storage whose clock is the case's. */
export interface StoreUnderTest {
  readonly store: JobStore
  /** A second store over the same storage, as another worker would have it. @defaultValue the store itself */
  another?(): Promise<JobStore>
  /** A connection on which a sink says BEGIN, where a sink may share the store's transactions. */
  connect?(): Promise<SinkConnection>
  /** Called when the case has ended. */
  close?(): Promise<void>
}

/** A sink's own connection to the store's database. */
export interface SinkConnection {
  /** Says BEGIN; resolves to what a sink hands to `seal`. */
  begin(): Promise<unknown>
  /** Ends the transaction, and the connection. */
  end(how: 'COMMIT' | 'ROLLBACK'): Promise<void>
}

export type MakeStore = (now: () => Date) => Promise<StoreUnderTest>

/** One requirement of the contract. `run` rejects with the reason when the store does not meet it. */
export interface StoreCase {
  readonly name: string
  run(make: MakeStore): Promise<void>
}

export const signal: AbortSignal = new AbortController().signal
// Some cases ask many things at once.
setMaxListeners(0, signal)
export const failure: SerializedImportError = { name: 'SinkError', code: 'SINK_FAILED', message: 'The sink refused.' }

/** A job `kit/job` with schema version 1, a clock that only the case moves, and short words for what cases do. */
export class StoreRig {
  readonly jobId = 'kit/job'
  readonly store: JobStore
  readonly other: JobStore
  /** Worker options of every claim. */
  readonly worker = 'one/boot1'
  readonly #clock: { ms: number }
  readonly #connect: (() => Promise<SinkConnection>) | undefined

  private constructor(under: StoreUnderTest, other: JobStore, clock: { ms: number }) {
    this.store = under.store
    this.other = other
    this.#clock = clock
    this.#connect = under.connect?.bind(under)
  }

  static async run(make: MakeStore, test: (rig: StoreRig) => Promise<void>): Promise<void> {
    const clock = { ms: Date.parse('2026-03-04T05:06:07.089Z') }
    const under = await make(() => new Date(clock.ms))
    try {
      const rig = new StoreRig(under, (await under.another?.()) ?? under.store, clock)
      assert.ok(await under.store.jobs.save(newJob(rig.jobId), { signal }))
      await under.store.jobs.schemaVersion(rig.jobId, { signature: 'one' }, { signal })
      await test(rig)
    } finally {
      await under.close?.()
    }
  }

  get ledger(): JobStore['ledger'] {
    return this.store.ledger
  }

  get now(): Date {
    return new Date(this.#clock.ms)
  }

  pass(ms: number): void {
    this.#clock.ms += ms
  }

  /** A sink's connection; `undefined` where the maker gives none. */
  connect(): Promise<SinkConnection> | undefined {
    return this.#connect?.()
  }

  /** Discovers `key@version` names, each skipped by `rule` when one is given. */
  see(names: readonly string[], rule?: string): ReturnType<JobStore['ledger']['discover']> {
    const found = names.map((name) => ({ object: objectOf(name), ...(rule === undefined ? {} : { rule }) }))
    return this.ledger.discover(this.jobId, found, { signal })
  }

  async unknown(names: readonly string[]): Promise<readonly string[]> {
    const objects = await this.ledger.unknown(this.jobId, names.map(objectOf), { signal })
    return objects.map(({ key, version }) => `${key}@${version}`)
  }

  tryClaim(over: Partial<ClaimOptions> = {}): ReturnType<JobStore['ledger']['claim']> {
    const options = { worker: this.worker, leaseMs: 60_000, limit: 10, schemaVersion: 1, maxAttempts: 5, overwrites: 'import' } as const
    return this.ledger.claim(this.jobId, { signal, ...options, ...over })
  }

  /** Claims, and expects just one file. */
  async claim(over: Partial<ClaimOptions> = {}): Promise<Claim> {
    const { claims } = await this.tryClaim(over)
    const [claim] = claims
    assert.ok(claim !== undefined && claims.length === 1, `expected one claim, got ${claims.length}`)
    return claim
  }

  async claimedNames(over: Partial<ClaimOptions> = {}): Promise<readonly string[]> {
    return (await this.tryClaim(over)).claims.map(({ entry }) => `${entry.key}@${entry.version}`)
  }

  finish(claim: Claim, ending: Ending): Promise<boolean> {
    return this.ledger.finish(claim, ending, { signal })
  }

  renew(
    claim: Claim,
    marks: Omit<Parameters<JobStore['ledger']['renew']>[1], 'signal' | 'leaseMs'> = {},
  ): ReturnType<JobStore['ledger']['renew']> {
    return this.ledger.renew(claim, { signal, leaseMs: 60_000, ...marks })
  }

  /** Discovers one file, claims it and completes it with 3 rows read, 1 of them rejected. */
  async import(name: string, over: Partial<ClaimOptions> = {}): Promise<Claim> {
    await this.see([name])
    const claim = await this.claim(over)
    assert.ok(await this.finish(claim, completed(claim, { replacesKey: over.overwrites === 'replace' })))
    return claim
  }

  /** The file as another worker reads it. */
  async file(name: string): Promise<LedgerEntry> {
    const [key, version] = split(name)
    const files = await this.other.ledger.files(this.jobId, { signal, key, limit: 1_000 })
    const found = files.find((file) => file.version === version)
    assert.ok(found !== undefined, `${name} is not in the ledger`)
    return found
  }

  async attempts(key: string): Promise<readonly string[]> {
    const attempts = await this.other.ledger.attempts(this.jobId, key, { signal })
    return attempts.map(({ version, attempt, outcome }) => `${version} ${attempt} ${outcome ?? 'open'}`)
  }

  async setStatus(status: JobStatus, over: Partial<JobRow> = {}): Promise<void> {
    const job = await this.store.jobs.load(this.jobId, { signal })
    assert.ok(job !== undefined && (await this.store.jobs.save({ ...job, ...over, status }, { signal })))
  }
}

export const newJob = (id: string): JobRow => ({
  id,
  status: 'active',
  definition: null,
  place: 's3://bucket/prefix/',
  identity: 'etag',
  schemaVersion: 0,
  rulesVersion: 1,
  edition: 0,
})

export const completed = (
  claim: Claim,
  {
    rows = 2,
    rejected = 1,
    read = rows + rejected,
    replacesKey = false,
  }: Partial<Record<'rows' | 'rejected' | 'read', number>> & { replacesKey?: boolean } = {},
): Ending => ({
  as: 'complete',
  receipt: { rows, rejected, schemaVersion: 1, fence: claim.fence, committedAt: '2026-03-04T05:06:08Z', detail: { place: 'here' } },
  counts: { rowsRead: read, rowsWritten: rows, rowsRejected: rejected },
  format: 'csv',
  issues: [{ code: 'cell-type', severity: 'error', message: 'The cell is no number.', row: 2, column: 'amount' }],
  replacesKey,
})

export async function rejectsWith(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof ImportError, `expected an ImportError, got ${String(error)}`)
    assert.equal(error.code, code)
    return true
  })
}

function objectOf(name: string) {
  const [key, version] = split(name)
  return { key, version, size: 10, lastModified: new Date('2026-03-01T00:00:00Z') }
}

/** `key@version`; a name without `@` is version `v1`. */
function split(name: string): readonly [string, string] {
  const at = name.lastIndexOf('@')
  return at === -1 ? [name, 'v1'] : [name.slice(0, at), name.slice(at + 1)]
}

export const storeCase = (name: string, test: (rig: StoreRig) => Promise<void>): StoreCase => ({
  name,
  run: (make) => StoreRig.run(make, test),
})
