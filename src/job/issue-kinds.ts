import type { MappedRows } from '../contracts/schema-mapper.js'
import type { FileSchema } from '../model/data-type.js'
import { type Issue, NO_COLUMN } from '../model/issue.js'
import { issuesOf } from '../model/issues-of.js'
import type { DryRunIssue } from './dry-run-report.js'

/** Each a check in a column. */
const MOST_KINDS = 1_000

interface Kind {
  readonly issue: Issue
  readonly row: number
  rows: number
}

/** The problems of a file's rows, by kind: how many rows have each, and which is the first. */
export class IssueKinds {
  readonly #key: string
  readonly #ofColumns: DryRunIssue[] = []
  readonly #kinds = new Map<string, Kind>()

  constructor(key: string) {
    this.#key = key
  }

  /** Problems of columns. */
  warn(issues: readonly Issue[]): void {
    for (const issue of issues) this.#ofColumns.push({ ...issue, key: this.#key })
  }

  /** Problems of the rows of one batch. */
  add({ firstRow, rejected: { issues: log } }: MappedRows, schema: FileSchema): void {
    if (log === undefined) return
    const named = issuesOf(log, { firstRow, schema })
    for (const { check, column, rows } of log.counts) {
      if (rows === 0) continue
      const id = `${check} ${column}`
      const known = this.#kinds.get(id)
      if (known !== undefined) {
        known.rows += rows
        continue
      }
      if (this.#kinds.size >= MOST_KINDS) continue
      const at = log.rowIndexes.findIndex((_, i) => log.checks[i] === check && log.columns[i] === column)
      const ofColumn = column === NO_COLUMN ? {} : { column: schema.columns[column]?.name }
      const issue = named[at] ?? { ...log.table[check], ...ofColumn }
      this.#kinds.set(id, { issue: issue as Issue, row: named[at]?.row ?? firstRow, rows })
    }
  }

  get size(): number {
    return this.#ofColumns.length + this.#kinds.size
  }

  /** Of columns, then of rows by their first. */
  get list(): readonly DryRunIssue[] {
    const ofRows = [...this.#kinds.values()].sort((a, b) => a.row - b.row)
    return [...this.#ofColumns, ...ofRows.map(({ issue, row, rows }) => ({ ...issue, row, rows, key: this.#key }))]
  }
}
