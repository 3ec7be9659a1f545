/** Delays that grow by doubling to a cap. */
export interface BackoffOptions {
  readonly baseMs: number
  readonly maxMs: number
  /** In [0, 1); injected in tests. @defaultValue Math.random */
  readonly random?: () => number
}

/**
 * Delay before try `attempt + 1`, with "equal jitter": half fixed, half random, so that workers spread and none retries
 * at once.
 *
 * @param attempt 1 after the first failure
 */
export function backoffMs(attempt: number, { baseMs, maxMs, random = Math.random }: BackoffOptions): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, attempt - 1)))
  return Math.round(full / 2 + (full / 2) * random())
}
