import type { ObjectInfo } from '../model/object-info.js'
import type { NearMiss } from './dry-run-report.js'
import type { JobContext } from './job-context.js'
import { nameOf } from './selection.js'
import { isStorableKey, SKIP_RULES } from './skip-rules.js'

/** Of each kind. */
const MOST_ALIKE = 3

/** What a job would do with listed objects, in numbers and examples. Holds the eligible ones: for some pages, not for a bucket. */
export class SurveyTally {
  readonly #job: JobContext
  readonly #skipped = new Map<string, number>()
  readonly #notEligible = new Map<string, number>()
  readonly #near = new Map<string, NearMiss[]>()
  /** Would be imported, in the order of the listing. */
  readonly matched: ObjectInfo[] = []

  constructor(job: JobContext) {
    this.#job = job
  }

  get skipped(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#skipped)
  }

  get notEligible(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#notEligible)
  }

  /** Nothing was listed. */
  get isEmpty(): boolean {
    return this.matched.length + this.#skipped.size + this.#notEligible.size === 0
  }

  /** Names that someone may have meant: those that differ in case alone; and, while nothing matches, the first of all others. */
  get nearMisses(): readonly NearMiss[] {
    const kinds =
      this.matched.length === 0 ? [...this.#near.values()] : [this.#near.get('case') ?? [], this.#near.get('unknown_extension') ?? []]
    return kinds.flat()
  }

  add(object: ObjectInfo): void {
    const { selection, source, decoders } = this.#job
    const { key } = object
    const option = isStorableKey(key) ? selection.leavesOut(object) : 'unstorable_key'
    if (option !== undefined) {
      count(this.#notEligible, option)
      if (option === 'match' && selection.nearlyMatches(key)) this.#miss('case', key, 'it differs from `match` in case alone')
      else if (option !== 'unstorable_key') this.#miss(option, key, `\`${option}\` leaves it out`)
      return
    }
    const skip = SKIP_RULES.find((rule) => rule.applies(object, nameOf(source, key), decoders))
    if (skip === undefined) {
      this.matched.push(object)
      return
    }
    count(this.#skipped, skip.rule)
    this.#miss(skip.rule, key, `${skip.says} (${skip.rule})`)
  }

  #miss(kind: string, key: string, why: string): void {
    const alike = this.#near.get(kind) ?? []
    if (alike.length < MOST_ALIKE) alike.push({ key, why })
    this.#near.set(kind, alike)
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
