import { parseArgs } from 'node:util'

/** How to run the bench. */
export interface BenchArguments {
  readonly rows: number
  readonly runs: number
  /** Cases whose id holds one of these words; all when empty. */
  readonly only: readonly string[]
  /** No further round is begun after this many minutes. */
  readonly minutes: number
  /** Write the page of figures. */
  readonly write: boolean
  /** Make a CPU profile of each case. */
  readonly profile: boolean
}

export const usage = `npm run bench -- [options]
  --quick          150,000 rows, 3 runs, no page written; some minutes
  --rows N         rows of a file (1,000,000)
  --runs N         runs of each case, taken in turns (5)
  --only WORD      cases whose id holds the word, for example csv, 'parquet lading', duckdb; may be repeated
  --minutes N      begin no further round after so many (28; quick 5)
  --profile        CPU profiles in .cache/bench/profiles, of the host's process; slower, so no page is written
  --write          write docs/reference/performance.md also after a quick or partial bench
  --help`

/** @throws Error for what is no option, or no number */
export function benchArguments(args: readonly string[]): BenchArguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      runs: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string' },
      write: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { quick, only, profile } = values
  const rows = count('rows', values.rows, quick ? 150_000 : 1_000_000)
  const runs = count('runs', values.runs, quick ? 3 : 5)
  const minutes = count('minutes', values.minutes, quick ? 5 : 28)
  const whole = !quick && only.length === 0 && rows >= 1_000_000 && runs >= 5
  return { rows, runs, only, minutes, write: !profile && (values.write || whole), profile }
}

function count(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = Number(text.replaceAll(/[_,]/g, ''))
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, not "${text}".`)
  return value
}
