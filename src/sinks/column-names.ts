import { originNames } from './fact-columns.js'

/** What a database makes of the names of columns. */
export interface NameRules {
  /** Two names of which this is equal are one name to it. */
  fold(name: string): string
  /** UTF-8 bytes. */
  readonly maxBytes: number
}

/**
 * Under what names a fact table keeps the columns of records. The name itself, unless the database would take it for that
 * of another column, it belongs to the sink, or SQL cannot hold it: then `name~2`, `~3`, ….
 */
export class ColumnNames {
  readonly #rules: NameRules
  readonly #known: Map<string, string>
  readonly #existing: ReadonlySet<string>
  readonly #taken: Set<string>
  readonly #added: [name: string, columnName: string][] = []

  /**
   * @param catalog names given before
   * @param existing columns that the table has
   */
  constructor(rules: NameRules, catalog: Iterable<readonly [name: string, columnName: string]>, existing: Iterable<string>) {
    this.#rules = rules
    this.#known = new Map(catalog)
    this.#existing = new Set(existing)
    const all = [...this.#existing, ...this.#known.values(), ...originNames]
    this.#taken = new Set(all.map((name) => rules.fold(name)))
  }

  /** Names given since, for the catalog. */
  get added(): readonly (readonly [name: string, columnName: string])[] {
    return this.#added
  }

  columnName(name: string): string {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const columnName = this.#existing.has(name) && !this.#isGiven(name) ? name : this.#free(name)
    this.#known.set(name, columnName)
    this.#taken.add(this.#rules.fold(columnName))
    this.#added.push([name, columnName])
    return columnName
  }

  /** A column that the table had before the sink: the host's, meant for this name. */
  #isGiven(columnName: string): boolean {
    return originNames.includes(columnName) || [...this.#known.values()].includes(columnName)
  }

  #free(name: string): string {
    const base = name.replaceAll('\0', '\uFFFD') || '_'
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? '' : `~${n}`
      const candidate = cut(base, this.#rules.maxBytes - suffix.length) + suffix
      if (!this.#taken.has(this.#rules.fold(candidate))) return candidate
    }
  }
}

/** As much of a text as fits, whole characters. */
function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  let fits = ''
  let bytes = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    fits += character
  }
  return fits
}
