import { type Combination, MODES, POINTS } from './combination.js'
import { PAIRS, type Pair } from './pairs.js'
import type { RunResult } from './run-combination.js'

interface Sum {
  runs: number
  losses: number
  doubles: number
  failed: number
}

/** What came of all runs, by point, mode and pair of sink and store. */
export class ResultTable {
  readonly #sums = new Map<string, Sum>()

  add(
    combination: Pick<Combination, 'pair' | 'mode' | 'point'>,
    result: Pick<RunResult, 'losses' | 'doubles' | 'problems' | 'hit'> | null,
  ): void {
    const sum = this.#sum(combination)
    sum.runs++
    sum.losses += result?.losses ?? 0
    sum.doubles += result?.doubles ?? 0
    if (result === null || !result.hit || result.losses + result.doubles + result.problems.length > 0) sum.failed++
  }

  /** A line for each pair: delivery, runs, rows lost, rows doubled, runs that failed. */
  get summary(): string {
    const head = ['store and sink', 'delivery', 'runs', 'rows lost', 'rows doubled', 'failed']
    const body = PAIRS.flatMap((pair) => {
      const { runs, losses, doubles, failed } = this.#total(pair)
      const figures = [runs, losses, doubles, failed].map(String)
      return runs === 0 ? [] : [[`${pair.store} + ${pair.sink}`, pair.delivery, ...figures]]
    })
    return inColumns([head, ...body])
  }

  /** For each pair points down and modes across, each cell runs/rows lost/rows doubled, `!` where a run failed; then the sums. */
  toString(): string {
    const pairs = PAIRS.filter((pair) => this.#total(pair).runs > 0)
    const tables = pairs.map((pair) => {
      const body = POINTS.map((point) => [point, ...MODES.map((mode) => cell(this.#sum({ pair, mode, point })))])
      return inColumns([[`${pair.store} + ${pair.sink}`, ...MODES], ...body])
    })
    return ['runs/rows lost/rows doubled', ...tables, this.summary].join('\n\n')
  }

  #sum({ pair, mode, point }: Pick<Combination, 'pair' | 'mode' | 'point'>): Sum {
    const name = `${pair.name} ${mode} ${point}`
    const sum = this.#sums.get(name) ?? { runs: 0, losses: 0, doubles: 0, failed: 0 }
    this.#sums.set(name, sum)
    return sum
  }

  #total(pair: Pair): Sum {
    const sums = MODES.flatMap((mode) => POINTS.map((point) => this.#sum({ pair, mode, point })))
    const of = (name: keyof Sum): number => sums.reduce((all, sum) => all + sum[name], 0)
    return { runs: of('runs'), losses: of('losses'), doubles: of('doubles'), failed: of('failed') }
  }
}

function cell({ runs, losses, doubles, failed }: Sum): string {
  return runs === 0 ? '-' : `${runs}/${losses}/${doubles}${failed > 0 ? ` !${failed}` : ''}`
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string => row.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
