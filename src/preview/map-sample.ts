import type { SchemaMapper } from '../contracts/schema-mapper.js'
import type { Budgets } from '../model/budgets.js'
import { type Issue, NO_COLUMN } from '../model/issue.js'
import { issuesOf } from '../model/issues-of.js'
import { sampleBatches } from './look-at-columns.js'
import type { OpenedFile } from './opened-file.js'

const mostBatches = 32
/** Kinds of problems that are kept, each a check in a column. */
const mostKinds = 1_000

/** A problem that rows of the sample have. */
export interface SampleIssue extends Issue {
  /** Row (1-based) that has it first. */
  readonly row: number
  /** Rows of the sample that have it. */
  readonly rows: number
}

/** What a mapper makes of the first rows of a file. */
export interface MappedSample {
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  /** By their first row, then by column. */
  readonly issues: readonly SampleIssue[]
}

/**
 * Maps the first rows, where a job would map them, and counts what is wrong with them.
 *
 * @throws MappingError `SCHEMA_MISMATCH` when the columns do not fit
 */
export async function mapSample(
  opened: OpenedFile,
  mapper: SchemaMapper<unknown>,
  { rows: mostRows, budgets }: { readonly rows: number; readonly budgets: Budgets },
): Promise<MappedSample> {
  return await opened.exchange(mapper, async (exchange) => {
    const { schema } = exchange
    const started = exchange.start({ schema, file: opened.context, ...sampleBatches(mostRows, budgets) })
    const kinds = new Map<string, { readonly issue: Issue; readonly row: number; readonly column: number; rows: number }>()
    let rows = 0
    let rejected = 0
    let batches = 0
    for await (const { rowsRead, firstRow, rejected: refused } of started.rows) {
      rows += rowsRead
      rejected += refused.rowCount
      const log = refused.issues
      if (log !== undefined) {
        const named = issuesOf(log, { firstRow, schema })
        for (const { check, column, rows: count } of log.counts) {
          const key = `${check} ${column}`
          const known = kinds.get(key)
          if (known !== undefined) known.rows += count
          else if (kinds.size < mostKinds) {
            const at = log.rowIndexes.findIndex((_, k) => log.checks[k] === check && log.columns[k] === column)
            const issue = named[at] ?? { ...log.table[check], ...(column === NO_COLUMN ? {} : { column: schema.columns[column]?.name }) }
            kinds.set(key, { issue: issue as Issue, row: named[at]?.row ?? firstRow, column, rows: count })
          }
        }
      }
      if (rows >= mostRows || ++batches >= mostBatches) break
    }
    const sorted = [...kinds.values()].sort((a, b) => a.row - b.row || a.column - b.column)
    const issues = sorted.map(({ issue, row, rows: count }): SampleIssue => ({ ...issue, row, rows: count }))
    return { rows, accepted: rows - rejected, rejected, issues }
  })
}
