import { originColumns } from './sink-tables.js'

/**
 * Under what names a fact table keeps the columns of records. The name itself, unless another column has it in other
 * letters' case (DuckDB would take them for one), it belongs to the sink, or SQL cannot hold it: then `name~2`, `~3`, ….
 */
export class ColumnNames {
  readonly #known: Map<string, string>
  readonly #existing: ReadonlySet<string>
  readonly #taken: Set<string>
  readonly #added: [name: string, columnName: string][] = []

  /**
   * @param catalog names given before
   * @param existing columns that the table has
   */
  constructor(catalog: Iterable<readonly [name: string, columnName: string]>, existing: Iterable<string>) {
    this.#known = new Map(catalog)
    this.#existing = new Set(existing)
    const all = [...this.#existing, ...this.#known.values(), ...originColumns.map(([name]) => name)]
    this.#taken = new Set(all.map((name) => name.toLowerCase()))
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
    this.#taken.add(columnName.toLowerCase())
    this.#added.push([name, columnName])
    return columnName
  }

  /** A column that the table had before the sink: the host's, meant for this name. */
  #isGiven(columnName: string): boolean {
    return originColumns.some(([origin]) => origin === columnName) || [...this.#known.values()].includes(columnName)
  }

  #free(name: string): string {
    const base = name.replaceAll('\0', '\uFFFD') || '_'
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? base : `${base}~${n}`
      if (!this.#taken.has(candidate.toLowerCase())) return candidate
    }
  }
}
