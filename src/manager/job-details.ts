import type { JobRow, JobStore } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { Health } from '../job/job-health.js'
import { withDefaults } from '../job/job-options.js'
import type { JobReport } from '../job/job-report.js'
import { discoveryBound, pagesPerPoll, readCursor } from '../job/sweep-cursor.js'
import type { ErrorCode } from '../model/error-code.js'
import type { JobDefinition } from './job-definition.js'
import type { RunningJobs } from './running-jobs.js'
import { storedDefinition } from './stored-definition.js'

/** Where a job stands, wherever it runs. Every figure is of the ledger; `phase` and an `ok` of `health` are this process's. */
export interface ManagedJobReport extends JobReport {
  /** As it was stored; `null` for a job that is defined in code. */
  readonly definition: JobDefinition | null
  /** Polls that failed since the last that did not. */
  readonly consecutiveFailures: number
  /** An active job has not polled since the time at which it should have: no process runs it, or each is held up. */
  readonly pollOverdueSince: Date | null
}

/** A job and what its files say: the page that opens when somebody asks what is wrong. */
export interface JobDetails extends ManagedJobReport {
  /** The file that was imported last, with its key, rows and time. `null` when there is none, or it was imported elsewhere and is not among the first 5,000. */
  readonly lastImport: LedgerEntry | null
  /** The first 100 failed files in key order: `error.location` and `issues` say where. `tally.files.failed` counts all. */
  readonly failed: readonly LedgerEntry[]
  /** Files that wait for another attempt after an error, among the first 100 that wait. */
  readonly retrying: readonly LedgerEntry[]
}

const STORE_DEADLINE_MS = 30_000
const SHOWN = 100
const PAGE = 1_000
const MOST_PAGES = 5
/** Beyond its interval: for a poll under way, a store that is slow for a moment, a process that restarts. */
const OVERDUE_MS = 60_000

export async function managedReport(store: JobStore, row: JobRow, running: RunningJobs, now: Date): Promise<ManagedJobReport> {
  const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
  const { id, place, status, schemaVersion } = row
  const [tally, poll, live] = await Promise.all([
    store.ledger.tally(id, { signal }),
    store.ledger.pollState(id, { signal }),
    running.get(id)?.status(),
  ])
  const definition = definitionOf(row)
  const settings = withDefaults(definition?.settings ?? {})
  const cursor = readCursor(poll.cursor)
  const failure = running.failure(id)
  const late = now.getTime() - poll.nextPollAt.getTime()
  const blocked: Health | null =
    poll.blocked === null
      ? null
      : {
          state: 'blocked',
          code: String(poll.blocked.code) as ErrorCode,
          since: new Date(String(poll.blocked.since)),
          nextTryAt: poll.nextPollAt,
        }
  const here: Health = failure === undefined ? (live?.health ?? { state: 'ok' }) : { state: 'failed', code: failure.code, error: failure }
  return {
    ...(live ?? {
      id,
      place,
      phase: 'idle',
      nextPollAt: null,
      discoveryBoundMs: discoveryBound(cursor, pagesPerPoll(cursor, settings), settings.pollIntervalMs),
    }),
    status,
    schemaVersion,
    tally,
    health: here.state === 'ok' && status === 'active' && blocked !== null ? blocked : here,
    definition,
    consecutiveFailures: poll.consecutiveFailures,
    pollOverdueSince: status === 'active' && late > settings.pollIntervalMs + OVERDUE_MS ? poll.nextPollAt : null,
  }
}

export async function jobDetails(store: JobStore, row: JobRow, running: RunningJobs, now: Date): Promise<JobDetails> {
  const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
  const report = await managedReport(store, row, running, now)
  const [lastImport, failed, pending] = await Promise.all([
    findLastImport(store, row.id, running.lastKey(row.id), report.tally.lastImportedAt, signal),
    store.ledger.files(row.id, { state: 'failed', limit: SHOWN, signal }),
    store.ledger.files(row.id, { state: 'pending', limit: SHOWN, signal }),
  ])
  return { ...report, lastImport, failed: failed.slice(0, SHOWN), retrying: pending.filter(({ error }) => error !== null) }
}

/** The tally knows when; the file is the one that was finished then. */
export async function findLastImport(
  { ledger }: JobStore,
  id: string,
  lastKey: string | undefined,
  at: Date | null,
  signal: AbortSignal,
): Promise<LedgerEntry | null> {
  if (at === null) return null
  const isIt = ({ finishedAt, state }: LedgerEntry): boolean => state === 'imported' && finishedAt?.getTime() === at.getTime()
  const known = lastKey === undefined ? [] : await ledger.files(id, { key: lastKey, limit: PAGE, signal })
  const remembered = known.find(isIt)
  if (remembered !== undefined) return remembered
  let after: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const entries = await ledger.files(id, { state: 'imported', limit: PAGE, signal, ...(after === undefined ? {} : { after }) })
    const found = entries.find(isIt)
    if (found !== undefined) return found
    after = entries.at(-1)?.key
    if (after === undefined || entries.length < PAGE) return null
  }
  return null
}

/** One that cannot be understood is told by `health`. */
function definitionOf(row: JobRow): JobDefinition | null {
  try {
    return storedDefinition(row)?.definition ?? null
  } catch {
    return null
  }
}
