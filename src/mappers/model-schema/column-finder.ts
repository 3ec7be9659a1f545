import type { FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { missingColumn } from '../missing-column.js'

export interface FoundColumn {
  /** What comes after the prefix, or the whole name. */
  readonly name: string
  /** Index into the file's columns. */
  readonly column: number
}

/** Finds the columns of one file by name, by prefix and by what is left, and keeps what went wrong. */
export class ColumnFinder {
  readonly issues: Issue[] = []
  readonly #names: readonly string[]
  readonly #byName = new Map<string, number[]>()
  /** Names that a field has, whatever other group they would fit. */
  readonly #taken = new Set<string>()
  readonly #repeated = new Set<string>()

  constructor(file: FileSchema) {
    this.#names = file.columns.map(({ name }) => name)
    this.#names.forEach((name, i) => {
      const indexes = this.#byName.get(name)
      if (indexes === undefined) this.#byName.set(name, [i])
      else indexes.push(i)
    })
  }

  /** The column of this name; `undefined`, with an issue, when there is none or more than one. */
  named(name: string, field: string): number | undefined {
    this.#taken.add(name)
    const [index] = this.#byName.get(name) ?? []
    if (index === undefined) {
      this.issues.push(missingColumn(name, field, this.#byName.keys()))
      return undefined
    }
    return this.#once(name, field) ? index : undefined
  }

  /** Untaken columns by the longest prefix that fits, in file order. */
  prefixed(prefixes: readonly { readonly field: string; readonly prefix: string }[]): Map<string, FoundColumn[]> {
    const longestFirst = [...prefixes].sort((a, b) => b.prefix.length - a.prefix.length)
    const found = new Map(prefixes.map(({ field }) => [field, [] as FoundColumn[]]))
    const names = [...this.#byName.keys()].filter((name) => !this.#taken.has(name))
    for (const name of names) {
      const match = longestFirst.find(({ prefix }) => name.startsWith(prefix))
      if (match === undefined) continue
      this.#taken.add(name)
      if (name === match.prefix) this.issues.push(issueOf('suffix-empty', { column: quoted(name) }, { field: match.field, column: name }))
      else if (this.#once(name, match.field))
        found.get(match.field)?.push({ name: name.slice(match.prefix.length), column: this.#first(name) })
    }
    return found
  }

  /** Columns that nothing has taken and that are not excluded, in file order. */
  rest(excluded: readonly string[]): FoundColumn[] {
    const out = new Set(excluded)
    const found: FoundColumn[] = []
    for (const name of this.#byName.keys()) {
      if (this.#taken.has(name) || out.has(name)) continue
      if (name === '') {
        const number = this.#first(name) + 1
        this.issues.push(issueOf('column-unnamed', { number }, { field: 'features', fix: { action: 'add', field: 'exclude', column: '' } }))
      } else if (this.#once(name, 'features')) found.push({ name, column: this.#first(name) })
    }
    return found
  }

  #first(name: string): number {
    return this.#byName.get(name)?.[0] ?? -1
  }

  #once(name: string, field: string): boolean {
    const count = this.#byName.get(name)?.length ?? 0
    if (count > 1 && !this.#repeated.has(name)) {
      this.#repeated.add(name)
      this.issues.push(issueOf('column-repeated', { count, column: quoted(name) }, { field, column: name }))
    }
    return count === 1
  }
}
