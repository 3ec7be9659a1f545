import type { BenchCase } from '../bench-cases.js'
import type { CaseRun } from '../measure/case-result.js'

/** The runs of one case, summed up. */
export interface CaseSummary {
  readonly case: BenchCase
  /** Rows of the file. */
  readonly rows: number
  readonly runs: number
  /** Median, shortest, longest. */
  readonly wallMs: Spread
  readonly cpuMs: Spread
  readonly peakMb: Spread
  readonly stallMs: Spread
  readonly firstMs: Spread
  readonly mappingNs: Spread
  readonly othersCores: Spread
  readonly note: string | null
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function summarise(benchCase: BenchCase, rows: number, runs: readonly CaseRun[]): CaseSummary {
  const over = (of: (run: CaseRun) => number): Spread => spreadOf(runs.map(of))
  return {
    case: benchCase,
    rows,
    runs: runs.length,
    wallMs: over(({ wallMs }) => wallMs),
    cpuMs: over(({ cpuMs }) => cpuMs),
    peakMb: over(({ peakMb }) => peakMb),
    stallMs: over(({ stallMs }) => stallMs),
    firstMs: over(({ firstMs }) => firstMs),
    mappingNs: over(({ mappingNs }) => mappingNs ?? 0),
    othersCores: over(({ othersCores }) => othersCores),
    note: runs.find(({ note }) => note !== undefined)?.note ?? null,
  }
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (k: number): number => sorted[k] as number
  const half = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2
  return { median, least: at(0), most: at(sorted.length - 1) }
}
