import type { Claim } from '../contracts/job-store.js'
import { ImportError, SinkError, StoreError } from '../errors.js'
import { backoffMs } from '../util/backoff.js'

/** What becomes of an attempt that did not end with a commit. */
export type Verdict =
  /** Another worker has the file: say nothing. */
  | { readonly as: 'lost'; readonly error: ImportError }
  /** Not the file's fault. */
  | { readonly as: 'release'; readonly notBeforeMs: number; readonly error: ImportError | null }
  | { readonly as: 'retry'; readonly notBeforeMs: number; readonly error: ImportError }
  | { readonly as: 'fail'; readonly error: ImportError }
  | { readonly as: 'skip'; readonly rule: 'superseded' | 'vanished' }

/** Delay before a file's next try. */
export function fileBackoffMs(attempt: number): number {
  return backoffMs(attempt, { baseMs: 1_000, maxMs: 300_000 })
}

/** Judges an error by its scope and its kind, and by how many tries are left. */
export function judge(error: ImportError, claim: Claim, maxAttempts: number): Verdict {
  if (error.code === 'FENCED') return { as: 'lost', error }
  if (error.code === 'OBJECT_CHANGED') return { as: 'skip', rule: 'superseded' }
  if (error.code === 'OBJECT_VANISHED') return { as: 'skip', rule: 'vanished' }
  const { attempts } = claim.entry
  if (error.scope === 'job') return { as: 'release', notBeforeMs: Math.max(error.retryAfterMs ?? 0, fileBackoffMs(1)), error }
  if (!error.retryable) return { as: 'fail', error }
  if (attempts < maxAttempts) return { as: 'retry', notBeforeMs: Math.max(error.retryAfterMs ?? 0, fileBackoffMs(attempts)), error }
  return { as: 'fail', error: exhausted(claim, error) }
}

export function exhausted(claim: Claim, last: ImportError): ImportError {
  const { key, attempts } = claim.entry
  return new StoreError('ATTEMPTS_EXHAUSTED', `"${key}" failed ${attempts} times, at last with ${last.code}: ${last.message}`, {
    location: { key, ...last.location },
    issues: last.issues,
    remedy: last.remedy ?? 'Cure the last error, then retry the file.',
    cause: last,
  })
}

/**
 * A stranger's sink may throw anything; once more may succeed.
 *
 * @param named what the sink is called in the message
 */
export function sinkErrorFrom(error: unknown, key: string, named = 'sink'): ImportError {
  if (error instanceof ImportError) return error
  return new SinkError('SINK_FAILED', `The ${named} failed on "${key}"${error instanceof Error ? `: ${error.name}` : ''}.`, {
    retryable: true,
    location: { key },
    cause: error,
    remedy: 'See the cause. A sink that throws ImportErrors can say whether a retry helps and whether the whole job is concerned.',
  })
}

/** A stranger's store may throw anything; what it throws is taken for an outage. */
export function storeErrorFrom(error: unknown): ImportError {
  if (error instanceof ImportError) return error
  return new StoreError('STORE_UNAVAILABLE', `The job store failed${error instanceof Error ? `: ${error.name}` : ''}.`, {
    retryable: true,
    cause: error,
    remedy: 'Check that the store can be reached and written.',
  })
}
