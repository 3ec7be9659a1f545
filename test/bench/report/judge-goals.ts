import { type Isolation, isWhole, sections } from '../bench-cases.js'
import type { DataFile } from '../data/data-files.js'
import type { ProgramName } from '../programs.js'
import type { CaseSummary } from './case-summary.js'
import { mappingGoals, memoryGoals, speedGoals, stallGoalMs } from './goals.js'

/** A goal beside what was measured, in one mode. */
export interface Verdict {
  readonly measured: number
  readonly goal: number
  /** `least`: what must hold at the least does, the goal is not reached. */
  readonly verdict: 'met' | 'least' | 'not met'
}

export interface JudgedGoal {
  readonly title: string
  /** For example `columns ÷ duckdb-columns`. */
  readonly what: string
  readonly unit: 'x' | 'MB' | 'ms' | '%' | 'ns'
  /** By mode; without the modes that were not measured. Inline is held to the figures of a thread. */
  readonly modes: Readonly<Partial<Record<Isolation, Verdict>>>
}

/** Every goal whose cases were measured. */
export function judgeGoals(summaries: readonly CaseSummary[]): JudgedGoal[] {
  const find = (file: DataFile, program: ProgramName, isolation: Isolation | null): CaseSummary | undefined =>
    summaries.find(({ case: c }) => c.section.file === file && c.program === program && c.isolation === isolation)
  const modes = modesOf(summaries)
  const own = (file: DataFile, mode: Isolation): CaseSummary[] =>
    summaries.filter(({ case: c }) => c.section.file === file && c.isolation === mode && isWhole(c.program))

  const judged: JudgedGoal[] = speedGoals.map(({ file, program, peer, least, ...goals }) => ({
    title: titleOf(file),
    what: `${program} ÷ ${peer}`,
    unit: 'x',
    modes: byMode(modes, (mode) => {
      const [mine, other] = [find(file, program, mode), find(file, peer, null)]
      if (mine === undefined || other === undefined) return undefined
      const measured = other.wallMs.median / mine.wallMs.median
      const goal = goals[mode === 'process' ? 'process' : 'thread']
      const enough = least !== undefined && mode === 'process' && measured >= least
      return { measured, goal, verdict: measured >= goal ? 'met' : enough ? 'least' : 'not met' }
    }),
  }))
  for (const { file, ...goals } of memoryGoals) {
    judged.push({
      title: titleOf(file),
      what: 'peak memory, host and child',
      unit: 'MB',
      modes: byMode(modes, (mode) =>
        atMost(
          own(file, mode).map(({ peakMb }) => peakMb.median),
          goals[mode === 'process' ? 'process' : 'thread'],
        ),
      ),
    })
    judged.push({
      title: titleOf(file),
      what: "longest stall of the host's loop",
      unit: 'ms',
      modes: byMode(modes, (mode) =>
        atMost(
          own(file, mode).map(({ stallMs }) => stallMs.median),
          stallGoalMs,
        ),
      ),
    })
  }
  for (const { file, most, unit } of mappingGoals) {
    const cost = mappingCost(find(file, 'decode-only', 'inline'), find(file, 'timed-mapping', 'inline'))
    if (cost === undefined) continue
    const verdict = atMost([unit === '%' ? cost.percent : cost.nsPerRow], most)
    judged.push({ title: titleOf(file), what: 'mapping and checks', unit, modes: verdict === undefined ? {} : { inline: verdict } })
  }
  const order = sections.map(({ title }) => title)
  return judged.filter((goal) => Object.keys(goal.modes).length > 0).sort((a, b) => order.indexOf(a.title) - order.indexOf(b.title))
}

/** What the timed mapping took, beside decoding alone. */
export function mappingCost(decode: CaseSummary | undefined, timed: CaseSummary | undefined) {
  if (decode === undefined || timed === undefined) return undefined
  const nsPerRow = timed.mappingNs.median / timed.rows
  const decodeNsPerRow = (decode.wallMs.median * 1e6) / decode.rows
  return { nsPerRow, decodeNsPerRow, percent: (100 * nsPerRow) / decodeNsPerRow }
}

/** The modes that goals are judged in: those outside the host's loop where they exist. */
function modesOf(summaries: readonly CaseSummary[]): Isolation[] {
  const measured = new Set(summaries.filter(({ case: c }) => isWhole(c.program)).map(({ case: c }) => c.isolation))
  const outside = (['thread', 'process'] as const).filter((mode) => measured.has(mode))
  return outside.length > 0 ? outside : ['inline']
}

function byMode(modes: readonly Isolation[], judge: (mode: Isolation) => Verdict | undefined): JudgedGoal['modes'] {
  const verdicts: Partial<Record<Isolation, Verdict>> = {}
  for (const mode of modes) {
    const verdict = judge(mode)
    if (verdict !== undefined) verdicts[mode] = verdict
  }
  return verdicts
}

function atMost(values: readonly number[], goal: number): Verdict | undefined {
  if (values.length === 0) return undefined
  const measured = Math.max(...values)
  return { measured, goal, verdict: measured <= goal ? 'met' : 'not met' }
}

const titleOf = (file: DataFile): string => sections.find((section) => section.file === file)?.title ?? file
