import type { Environment, ModelType } from '../model-type.js'
import type { ColumnFacts } from './column-facts.js'
import { plainName } from './column-words.js'
import { type RoleName, roleNames } from './role-names.js'

/** Why a key of the schema was proposed. */
export interface SuggestionReason {
  /** Key of the schema, or `modelType`, `environment`, `model`. */
  readonly key: string
  /** Columns of the file. */
  readonly columns: readonly string[]
  readonly because: string
  readonly certainty: 'sure' | 'likely' | 'guess'
}

/** What the file does not say, and somebody who knows the model can. */
export interface OpenQuestion {
  /** Key of the schema, or of the options. */
  readonly about: string
  readonly question: string
}

/** A schema in the making: which columns are taken for what, and why. */
export class Draft {
  readonly facts: readonly ColumnFacts[]
  readonly schema: Record<string, unknown> = {}
  readonly reasons: SuggestionReason[] = []
  readonly questions: OpenQuestion[] = []
  modelType: ModelType | null = null
  environment: Environment = 'production'
  batchId: string | null = null
  timestampWindow: { readonly past: number; readonly future: number } | null = null
  /** Columns that mean something, but not as they are written. */
  readonly leftOut: ColumnFacts[] = []
  readonly #taken = new Set<number>()

  constructor(facts: readonly ColumnFacts[]) {
    this.facts = facts
  }

  /** Columns that feed nothing yet. */
  get free(): readonly ColumnFacts[] {
    return this.facts.filter(({ index }) => !this.#taken.has(index))
  }

  /** The free column that is called most like this role, among those that fit. */
  find(role: RoleName, fits: (facts: ColumnFacts) => boolean): ColumnFacts | undefined {
    const names: readonly string[] = roleNames[role]
    let best: { readonly facts: ColumnFacts; readonly place: number } | undefined
    for (const facts of this.free) {
      const place = names.indexOf(plainName(facts.name))
      if (place >= 0 && (best === undefined || place < best.place) && fits(facts)) best = { facts, place }
    }
    return best?.facts
  }

  take(...columns: readonly (ColumnFacts | undefined)[]): void {
    for (const column of columns) if (column !== undefined) this.#taken.add(column.index)
  }

  leaveOut(column: ColumnFacts): void {
    this.take(column)
    this.leftOut.push(column)
  }

  /** Gives a key one column. */
  map(key: string, column: ColumnFacts, because: string, certainty: SuggestionReason['certainty'] = 'likely'): void {
    this.take(column)
    this.schema[key] = column.name
    this.because(key, [column], because, certainty)
  }

  because(
    key: string,
    columns: readonly { readonly name: string }[],
    because: string,
    certainty: SuggestionReason['certainty'] = 'likely',
  ): void {
    this.reasons.push({ key, columns: columns.map(({ name }) => name), because, certainty })
  }

  ask(about: string, question: string): void {
    this.questions.push({ about, question })
  }

  /** Takes a key back: its reason goes, the column stays taken. */
  drop(key: string): void {
    delete this.schema[key]
    const kept = this.reasons.filter((reason) => reason.key !== key)
    this.reasons.splice(0, this.reasons.length, ...kept)
  }

  has(...keys: readonly string[]): boolean {
    return keys.some((key) => Object.hasOwn(this.schema, key))
  }
}
