import type { Clock } from '../util/clock.js'

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time on, and wakes the sleepers whose time has come, in order. */
  advance(ms: number): void
}

/** @param start the first `now`. @defaultValue 2026-01-01T00:00:00Z */
export function manualClock(start = new Date('2026-01-01T00:00:00Z')): ManualClock {
  let passed = 0
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()
  return {
    now: () => new Date(start.getTime() + passed),
    monotonicMs: () => passed,
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper = {
          until: passed + ms,
          wake: () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
    advance(ms) {
      passed += ms
      const due = [...sleepers].filter(({ until }) => until <= passed).sort((a, b) => a.until - b.until)
      for (const sleeper of due) {
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
  }
}
