import { expect, test } from 'vitest'
import { benchArguments } from './bench-arguments.js'
import { type BenchCase, benchCases } from './bench-cases.js'
import { type CaseSummary, spreadOf, summarise } from './report/case-summary.js'
import { judgeGoals } from './report/judge-goals.js'
import { performancePage } from './report/performance-page.js'

const rows = 1_000_000

/** What each case of a made-up machine took, ms. */
const wallMs = ({ program, isolation }: BenchCase): number => {
  const times: Record<string, number> = { 'duckdb-columns': 6_000, 'csv-parse-valibot': 30_000, 'duckdb-rows': 20_000 }
  return times[program] ?? { thread: 1_400, process: 2_300, inline: 2_000 }[isolation ?? 'inline']
}

const summaries = (modes: readonly ('thread' | 'process' | 'inline')[]): CaseSummary[] =>
  benchCases(modes, (id) => id.startsWith('csv ')).map((benchCase) => {
    const run = { rows, sums: [], cpuMs: 1_000, stallMs: 12, firstMs: 50, peakMb: 165, othersCores: 0, mappingNs: 300e6 }
    return summarise(benchCase, rows, [{ ...run, wallMs: wallMs(benchCase) }])
  })

const verdictOf = (modes: readonly ('thread' | 'process' | 'inline')[], what: string) =>
  judgeGoals(summaries(modes)).find((goal) => goal.what === what)?.modes

test('goals are judged by mode: met, the least met, not met', () => {
  const modes = ['process', 'thread', 'inline'] as const
  expect(verdictOf(modes, 'lading-columns ÷ duckdb-columns')).toMatchObject({
    thread: { goal: 4, verdict: 'met' },
    process: { goal: 3, verdict: 'least' },
  })
  expect(verdictOf(modes, 'lading-columns ÷ csv-parse-valibot')).toMatchObject({
    thread: { verdict: 'met' },
    process: { verdict: 'least' },
  })
  expect(verdictOf(modes, 'peak memory, host and child')).toMatchObject({ thread: { verdict: 'not met' }, process: { verdict: 'met' } })
  expect(verdictOf(modes, 'mapping and checks')).toMatchObject({ inline: { measured: 15, verdict: 'met' } })
})

test('where nothing runs outside the host, inline stands in, and is held to the figures of a thread', () => {
  expect(verdictOf(['inline'], 'lading-columns ÷ duckdb-columns')).toEqual({ inline: { measured: 3, goal: 4, verdict: 'not met' } })
})

test('the page holds every case and no date', () => {
  const page = performancePage(summaries(['process', 'thread', 'inline']), rows, 5)
  expect(page).toContain('**Lading** rows, default (process)')
  expect(page).toContain('2.6x of 3x, NOT met, the least is')
  expect(page).not.toMatch(/\b20\d\d-\d\d/)
})

test('medians of odd and even counts', () => {
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, least: 1, most: 9 })
  expect(spreadOf([4, 1, 9, 2])).toEqual({ median: 3, least: 1, most: 9 })
})

test('arguments', () => {
  expect(benchArguments([])).toEqual({ rows, runs: 5, only: [], minutes: 28, write: true, profile: false })
  expect(benchArguments(['--quick'])).toMatchObject({ rows: 150_000, runs: 3, write: false })
  expect(benchArguments(['--only', 'csv', '--only', 'avro'])).toMatchObject({ only: ['csv', 'avro'], write: false })
  expect(benchArguments(['--rows', '20_000', '--write'])).toMatchObject({ rows: 20_000, write: true })
  expect(benchArguments(['--write', '--profile'])).toMatchObject({ write: false, profile: true })
  expect(() => benchArguments(['--rows', 'many'])).toThrow('--rows must be a whole number from 1, not "many".')
  expect(() => benchArguments(['--fast'])).toThrow('--fast')
})
