import type { Combination } from './combination.js'
import { MODES, POINTS, SINKS } from './combination.js'
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
    combination: Pick<Combination, 'sink' | 'mode' | 'point'>,
    result: Pick<RunResult, 'losses' | 'doubles' | 'problems' | 'hit'> | null,
  ): void {
    const sum = this.#sum(combination)
    sum.runs++
    sum.losses += result?.losses ?? 0
    sum.doubles += result?.doubles ?? 0
    if (result === null || !result.hit || result.losses + result.doubles + result.problems.length > 0) sum.failed++
  }

  /** A line of figures: runs, rows lost, rows doubled, runs that failed. */
  get summary(): string {
    return figures([...this.#sums.values()])
  }

  /** Points down, modes and pairs across; each cell runs/rows lost/rows doubled, `!` where a run failed. */
  toString(): string {
    const columns = SINKS.flatMap((sink) => MODES.map((mode) => ({ sink, mode })))
    const head = ['', ...columns.map(({ sink, mode }) => `${sink}+sqlite ${mode}`)]
    const body = POINTS.map((point) => [
      point,
      ...columns.map(({ sink, mode }) => {
        const { runs, losses, doubles, failed } = this.#sum({ sink, mode, point })
        return runs === 0 ? '-' : `${runs}/${losses}/${doubles}${failed > 0 ? ` !${failed}` : ''}`
      }),
    ])
    const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i]?.length ?? 0)))
    const lines = [head, ...body].map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    return `runs/rows lost/rows doubled\n${lines.join('\n')}\n${this.summary}`
  }

  #sum({ sink, mode, point }: Pick<Combination, 'sink' | 'mode' | 'point'>): Sum {
    const name = `${sink} ${mode} ${point}`
    const sum = this.#sums.get(name) ?? { runs: 0, losses: 0, doubles: 0, failed: 0 }
    this.#sums.set(name, sum)
    return sum
  }
}

function figures(sums: readonly Sum[]): string {
  const total = (name: keyof Sum): number => sums.reduce((all, sum) => all + sum[name], 0)
  return `${total('runs')} runs: ${total('losses')} rows lost, ${total('doubles')} rows doubled, ${total('failed')} failed`
}
