import type { Check, IssueLog } from '../../model/issue.js'
import type { BodyBuilder } from './body.js'

/** An issue log without its buffers; `checks` are those that are new since the last log. */
export interface WireIssues {
  readonly checks: readonly Check[]
  /** Buffers of rowIndexes, checks and columns. */
  readonly r: number
  readonly k: number
  readonly c: number
  /** Check, column, rows. */
  readonly counts: readonly (readonly [number, number, number])[]
}

/** Numbers the checks of one exchange, whatever the tables of its logs, and sends each once. */
export class IssueLogWriter {
  readonly #numbers = new Map<string, number>()
  readonly #byCheck = new WeakMap<Check, number>()
  #fresh: Check[] = []

  write(log: IssueLog, body: BodyBuilder): WireIssues {
    const numbers = log.table.map((check) => this.#numberOf(check))
    const same = numbers.every((number, i) => number === i)
    const wire: WireIssues = {
      checks: this.#fresh,
      r: body.add(log.rowIndexes),
      k: body.add(same ? log.checks : log.checks.map((check) => numbers[check] as number)),
      c: body.add(log.columns),
      counts: log.counts.map(({ check, column, rows }) => [numbers[check] as number, column, rows]),
    }
    this.#fresh = []
    return wire
  }

  #numberOf(check: Check): number {
    const known = this.#byCheck.get(check)
    if (known !== undefined) return known
    const { code, severity, message, remedy, field, expected, received, fix } = check
    const name = JSON.stringify([code, severity, message, remedy, field, expected, received, fix])
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(name, number)
      this.#fresh.push(check)
    }
    this.#byCheck.set(check, number)
    return number
  }
}
