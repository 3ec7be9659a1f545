import type { FileLedger } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { JsonObject } from '../model/json.js'
import { nextTurn } from '../util/abort.js'
import { probe } from '../util/probe.js'
import { claimFiles, MOST_SKIPPED } from './claim-files.js'
import { discoverPage } from './discover-page.js'
import { dateOf, entryOf } from './file-row.js'
import { leaseLost } from './file-transitions.js'
import { endClaim, renewClaim } from './held-claim.js'
import { parsedJson } from './json-text.js'
import { cursorOf, keepPollLease, takePollLease } from './poll-lease.js'
import type { StoreTables, StoreTransactions } from './store-tables.js'
import { refuseDeleted, storedJob } from './stored-job.js'
import { ask, type Work } from './work.js'

/** `due` counts no further: a look before a claim must not read a million rows. */
const MOST_COUNTED = 10_000
/** One call of `claim` tells no more skipped files: they are all in memory. */
const MOST_TOLD = 50_000

/** {@link FileLedger} over any {@link StoreTransactions}. A job that is not stored has an empty ledger; writing to it throws `JOB_UNKNOWN`. */
export function fileLedger(transactions: StoreTransactions): FileLedger {
  const read: StoreTransactions['read'] = (signal, work) => transactions.read(signal, work)
  const write: StoreTransactions['write'] = (signal, work) => transactions.write(signal, work)
  return {
    unknown: (jobId, page, { signal }) =>
      read(signal, function* (tables) {
        const job = yield* ask(tables.job(jobId))
        if (job === undefined) return page
        return (yield* ask(tables.unknown(job.jobNo, page, job.rulesVersion))).flatMap((i) => page[i] ?? [])
      }),

    discover: (jobId, found, { signal }) =>
      write(signal, function* (tables, now) {
        return yield* discoverPage(tables, yield* storedJob(tables, jobId, 'shared'), found, now)
      }),

    async claim(jobId, given) {
      const options = whole(given)
      const skipped: LedgerEntry[] = []
      for (;;) {
        const claimed = await write(options.signal, function* (tables, now) {
          return yield* claimFiles(tables, yield* storedJob(tables, jobId, 'shared'), options, now)
        })
        for (const { entry, fence } of claimed.claims) await probe('P06', { jobId, key: entry.key, fence, worker: options.worker })
        skipped.push(...claimed.skipped)
        // No claim means nothing to claim, so what stopped at the most for one transaction goes on in the next.
        const stopped = claimed.claims.length === 0 && claimed.skipped.length >= MOST_SKIPPED && skipped.length < MOST_TOLD
        if (!stopped) return { claims: claimed.claims, skipped }
        await nextTurn()
        // What was skipped is to be told, also when the signal came meanwhile.
        if (options.signal.aborted) return { claims: [], skipped }
      }
    },

    renew: (claim, options) => write(options.signal, (tables, now) => renewClaim(tables, claim, whole(options), now)),

    async finish(claim, ending, { signal, transaction }) {
      const end = (tables: StoreTables, now: number): Work<boolean> => endClaim(tables, claim, ending, now)
      if (transaction !== undefined) return transactions.within(transaction, end)
      const ended = await write(signal, end)
      if (ended && ending.as === 'complete') {
        await probe('P23', { jobId: claim.entry.jobId, key: claim.entry.key, fence: claim.fence })
      }
      return ended
    },

    reset: (jobId, which, { signal, nextGeneration }) =>
      write(signal, function* (tables, now) {
        const job = yield* storedJob(tables, jobId, 'shared')
        refuseDeleted(job)
        const { files, rowsWritten, rowsRejected, bytes } = yield* ask(tables.reset(job.jobNo, { ...which, nextGeneration }, now))
        if (which.state === 'imported') {
          const change = { imported: -files, rowsWritten: -rowsWritten, rowsRejected: -rowsRejected, bytes: -bytes }
          tables.changeTally(job.jobNo, { ...change, lastImportedAt: null })
        }
        return files
      }),

    files: (jobId, { signal, ...query }) =>
      read(signal, function* (tables) {
        const job = yield* ask(tables.job(jobId))
        return job === undefined ? [] : (yield* ask(tables.files(job.jobNo, query))).map((row) => entryOf(jobId, row))
      }),

    attempts: (jobId, key, { signal }) =>
      read(signal, function* (tables) {
        const job = yield* ask(tables.job(jobId))
        const records = job === undefined ? [] : yield* ask(tables.attempts(job.jobNo, key))
        return records.map(({ fileNo: _, startedAt, endedAt, error, ...attempt }) => ({
          ...attempt,
          startedAt: new Date(startedAt),
          endedAt: dateOf(endedAt),
          error: error === null ? null : parsedJson(error, 'attempt.error'),
        }))
      }),

    tally: (jobId, { signal }) =>
      read(signal, function* (tables) {
        const job = yield* ask(tables.job(jobId))
        const { imported, rowsWritten, rowsRejected, bytes, lastImportedAt } =
          job === undefined ? nothing : yield* ask(tables.tally(job.jobNo))
        const counted = job === undefined ? { pending: 0, claimed: 0, failed: 0, skipped: 0 } : yield* ask(tables.count(job.jobNo))
        const poll = job && (yield* ask(tables.poll(job.jobNo)))
        return {
          files: { ...counted, imported },
          rowsRead: rowsWritten + rowsRejected,
          rowsWritten,
          rowsRejected,
          bytes,
          lastImportedAt: dateOf(lastImportedAt),
          lastPolledAt: dateOf(poll?.lastPolledAt ?? null),
          lastSweepAt: dateOf(poll?.lastSweepAt ?? null),
        }
      }),

    due: (jobId, { signal }) =>
      read(signal, function* (tables, now) {
        const job = yield* ask(tables.job(jobId))
        if (job === undefined) return { now: 0, waiting: 0, nextAt: null }
        const inDoubtOnly = job.status !== 'active'
        const pending = yield* ask(tables.pending(job.jobNo, now, inDoubtOnly, MOST_COUNTED))
        const claimed = (yield* ask(tables.claimed(job.jobNo))).filter((row) => !inDoubtOnly || row.inDoubt)
        const lost = claimed.filter((row) => leaseLost(row, row.owner ?? '', now))
        const held = claimed.filter((row) => !lost.includes(row)).map((row) => row.leaseUntil ?? now)
        const keys = claimed.map((row) => row.key)
        yield* ask(tables.expect?.(job.jobNo, keys, 0))
        let behind = 0
        for (const key of keys) {
          const versions = yield* ask(tables.versions(job.jobNo, key))
          behind += versions.filter((row) => row.state === 'pending' && row.notBefore <= now && (!inDoubtOnly || row.inDoubt)).length
        }
        const times = pending.nextAt === null ? held : [...held, pending.nextAt]
        return {
          now: Math.max(0, pending.due - behind) + lost.length,
          waiting: pending.later + behind + held.length,
          nextAt: times.length === 0 ? null : new Date(Math.min(...times)),
        }
      }),

    takePoll: (jobId, options) => write(options.signal, (tables, now) => takePollLease(tables, jobId, whole(options), now)),

    keepPoll: (lease, state, { signal, leaseMs }) =>
      write(signal, (tables, now) => keepPollLease(tables, lease, state, Math.ceil(leaseMs), now)),

    pollState: (jobId, { signal }) =>
      read(signal, function* (tables, now) {
        const job = yield* ask(tables.job(jobId))
        if (job === undefined) return { cursor: {}, blocked: null, nextPollAt: new Date(now), lastSweepMs: null, consecutiveFailures: 0 }
        const { cursor, blocked, nextPollAt, lastSweepMs, consecutiveFailures } = yield* ask(tables.poll(job.jobNo))
        return {
          cursor: cursorOf(cursor),
          blocked: blocked === null ? null : parsedJson<JsonObject>(blocked, 'job_poll.blocked'),
          nextPollAt: new Date(nextPollAt),
          lastSweepMs,
          consecutiveFailures,
        }
      }),

    raiseFence: (above, { signal }) => write(signal, (tables) => ask(tables.raiseFence(above))),
  }
}

const nothing = { imported: 0, rowsWritten: 0, rowsRejected: 0, bytes: 0, lastImportedAt: null } as const

/** Times are stored in whole ms; a back-off or a share of one may have fractions. */
function whole<T extends { readonly leaseMs: number }>(options: T): T {
  return { ...options, leaseMs: Math.ceil(options.leaseMs) }
}
