import { type Isolation, isWhole, sections } from '../bench-cases.js'
import type { ProgramName } from '../programs.js'
import type { CaseSummary, Spread } from './case-summary.js'
import { type JudgedGoal, judgeGoals, mappingCost, type Verdict } from './judge-goals.js'
import { markdownTable } from './markdown-table.js'

const round = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const ratio = (value: number): string => `${round(value, value < 10 ? 1 : 0)}x`

/** One table per file: speed, CPU, memory, stalls, and how many times as fast as each peer. */
export function caseTables(summaries: readonly CaseSummary[]): string {
  return sections
    .map((section) => ({ section, cases: summaries.filter(({ case: c }) => c.section === section && isWhole(c.program)) }))
    .filter(({ cases }) => cases.length > 0)
    .map(({ section, cases }) => {
      const peers = section.peers.flatMap((peer) => cases.filter(({ case: c }) => c.program === peer))
      const head = [
        'case',
        'krow/s',
        'range',
        'CPU s/Mrow',
        'peak MB',
        'stall ms',
        'worst',
        'first ms',
        ...peers.map(({ case: c }) => `÷ ${c.program}`),
      ]
      const lines = cases.map((summary) => [
        nameOf(summary),
        round(speed(summary, 'median')),
        `${round(speed(summary, 'most'))}–${round(speed(summary, 'least'))}`,
        round((summary.cpuMs.median / summary.rows) * 1000, 2),
        round(summary.peakMb.median),
        round(summary.stallMs.median),
        round(summary.stallMs.most),
        round(summary.firstMs.median),
        ...peers.map((peer) => ratio(peer.wallMs.median / summary.wallMs.median)),
      ])
      const notes = [...new Set(cases.flatMap(({ note }) => (note === null ? [] : [note])))]
      return [`### ${section.title}`, markdownTable(head, lines), ...notes].join('\n\n')
    })
    .join('\n\n')
}

/** Decoding alone, and what mapping and checks put on top. */
export function mappingTable(summaries: readonly CaseSummary[]): string {
  const lines = sections.flatMap((section) => {
    const find = (program: ProgramName) => summaries.find(({ case: c }) => c.section === section && c.program === program)
    const [decode, timed] = [find('decode-only'), find('timed-mapping')]
    const cost = mappingCost(decode, timed)
    if (cost === undefined || decode === undefined || timed === undefined) return []
    return [
      [
        section.title,
        round(speed(decode, 'median')),
        round(speed(timed, 'median')),
        round(cost.decodeNsPerRow),
        round(cost.nsPerRow),
        `${round(cost.percent)} %`,
      ],
    ]
  })
  const head = ['format', 'decode krow/s', 'decode, map, check krow/s', 'decode ns/row', 'map, check ns/row', 'on top']
  return lines.length === 0 ? '' : markdownTable(head, lines)
}

/** Goals beside what was measured, in the modes that were. */
export function goalTable(summaries: readonly CaseSummary[]): string {
  const goals = judgeGoals(summaries)
  if (goals.length === 0) return ''
  const modes = (['thread', 'process', 'inline'] as const).filter((mode) => goals.some((goal) => goal.modes[mode] !== undefined))
  const head = ['format', 'what', ...modes.map((mode) => (mode === 'process' ? 'default (process)' : mode))]
  return markdownTable(
    head,
    goals.map((goal) => [goal.title, goal.what, ...modes.map((mode) => verdictText(goal, goal.modes[mode]))]),
    2,
  )
}

/** How many goals are met, in a word for the end of a run. */
export function goalCount(summaries: readonly CaseSummary[]): string {
  const verdicts = judgeGoals(summaries).flatMap(({ modes }) => Object.values(modes))
  return `${verdicts.filter(({ verdict }) => verdict === 'met').length} of ${verdicts.length} goals met`
}

function verdictText({ unit }: JudgedGoal, verdict: Verdict | undefined): string {
  if (verdict === undefined) return '–'
  const { measured, goal } = verdict
  const word = { met: 'met', least: 'NOT met, the least is', 'not met': 'NOT met' }[verdict.verdict]
  if (unit === 'x') return `${ratio(measured)} of ${round(goal, goal % 1 === 0 ? 0 : 1)}x, ${word}`
  return `${round(measured)} of ${round(goal)} ${unit}, ${word}`
}

/** krow/s of the median, or of the shortest (`least`) or longest (`most`) run. */
const speed = ({ rows, wallMs }: CaseSummary, which: keyof Spread): number => rows / wallMs[which]

function nameOf({ case: { program, isolation }, runs }: CaseSummary): string {
  const words: Partial<Record<ProgramName, string>> = { 'lading-columns': '**Lading** columns', 'lading-rows': '**Lading** rows' }
  const mode = isolation === null ? '' : `, ${modeName(isolation)}`
  return `${words[program] ?? program}${mode}${runs < 2 ? ' (one run)' : ''}`
}

const modeName = (mode: Isolation): string => (mode === 'process' ? 'default (process)' : mode)
