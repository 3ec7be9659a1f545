import type { CaseOutcome } from '../cases/bench-case.js'

/** What a case's process measured, as it prints it. */
export interface CaseResult extends CaseOutcome {
  /** From the call to the last row in the checksum, ms. */
  readonly wallMs: number
  /** Of the process and of its children meanwhile, ms. */
  readonly cpuMs: number
  /** The longest that the event loop was held meanwhile, ms. */
  readonly stallMs: number
  /** The same on the small file before, libraries and child processes being started, ms. */
  readonly firstMs: number
}

/** What the runner adds: seen from outside. */
export interface CaseRun extends CaseResult {
  /** Highest sum of the resident memory of the process and its children, MB. */
  readonly peakMb: number
  /** Cores that others kept busy meanwhile. */
  readonly othersCores: number
}
