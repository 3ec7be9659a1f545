import type { PollLease, PollState } from '../contracts/job-store.js'
import type { JsonObject } from '../model/json.js'
import { leaseLost } from './file-transitions.js'
import { jsonText, parsedJson } from './json-text.js'
import type { StoreTables } from './store-tables.js'
import { storedJob } from './stored-job.js'
import { ask, type Work } from './work.js'

interface TakeOptions {
  readonly worker: string
  readonly leaseMs: number
  readonly force?: boolean
}

/** The right to discover, when it is free, the job is active and it is time. */
export function* takePollLease(
  tables: StoreTables,
  jobId: string,
  { worker, leaseMs, force = false }: TakeOptions,
  now: number,
): Work<PollLease | undefined> {
  const job = yield* storedJob(tables, jobId, 'shared')
  const poll = yield* ask(tables.poll(job.jobNo))
  if (job.status !== 'active' || !leaseLost(poll, worker, now) || (poll.nextPollAt > now && !force)) return undefined
  const fence = yield* ask(tables.nextFence())
  tables.savePoll(job.jobNo, { ...poll, owner: worker, fence, leaseUntil: now + leaseMs })
  return { jobId, fence, cursor: cursorOf(poll.cursor), consecutiveFailures: poll.consecutiveFailures }
}

export function* keepPollLease(tables: StoreTables, lease: PollLease, state: PollState, leaseMs: number, now: number): Work<boolean> {
  const { jobNo } = yield* storedJob(tables, lease.jobId)
  const poll = yield* ask(tables.poll(jobNo))
  if (poll.fence !== lease.fence) return false
  const ends = state.nextPollMs !== undefined
  // Ended before: the reply was lost, or a page came after the end.
  if (poll.leaseUntil === null) return ends
  const failed = state.error !== undefined
  tables.savePoll(jobNo, {
    ...poll,
    ...(state.nextPollMs === undefined
      ? { leaseUntil: now + leaseMs }
      : { owner: null, leaseUntil: null, nextPollAt: now + Math.ceil(state.nextPollMs), lastPolledAt: failed ? poll.lastPolledAt : now }),
    ...(state.sweepMs === undefined ? {} : { lastSweepAt: now, lastSweepMs: Math.round(state.sweepMs) }),
    ...(state.blocked === undefined ? {} : { blocked: state.blocked === null ? null : jsonText(state.blocked) }),
    cursor: jsonText(state.cursor),
    consecutiveFailures: failed ? poll.consecutiveFailures + 1 : ends ? 0 : poll.consecutiveFailures,
  })
  return true
}

export function cursorOf(text: string): JsonObject {
  return parsedJson<JsonObject>(text, 'job_poll.cursor')
}
