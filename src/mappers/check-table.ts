import type { Check } from '../model/issue.js'

/** Checks are numbered with 16 bits. */
const mostChecks = 65_535

/** Issues logged in full per file; after them each rejected row keeps its first reason, and counts stay exact. */
export const fullyLoggedIssues = 10_000

/** The checks of one mapping, numbered in the order in which they came up: append-only, shared by all its logs. */
export class CheckTable {
  readonly checks: Check[] = []
  /** Entries that may still be logged in full. */
  remaining = fullyLoggedIssues
  readonly #numbers = new Map<string, number>()
  readonly #byObject = new WeakMap<Check, number>()

  /** The number of a check; equal checks have one. */
  number(check: Check): number {
    const byObject = this.#byObject.get(check)
    if (byObject !== undefined) return byObject
    const { code, severity, message, remedy, field, expected, received, fix } = check
    const name = JSON.stringify([code, severity, message, remedy, field, expected, received, fix])
    let number = this.#numbers.get(name)
    if (number === undefined) {
      if (this.checks.length >= mostChecks) throw new RangeError(`A mapping cannot have more than ${mostChecks} checks.`)
      number = this.checks.push(check) - 1
      this.#numbers.set(name, number)
    }
    this.#byObject.set(check, number)
    return number
  }
}
