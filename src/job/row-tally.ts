import type { MappedRows } from '../contracts/schema-mapper.js'
import { type ImportError, MappingError } from '../errors.js'
import type { Issue } from '../model/issue.js'
import type { AttemptFile } from './attempt-file.js'
import type { JobContext } from './job-context.js'
import type { rowIssues } from './row-issues.js'
import { refusal } from './row-policy.js'

/** Issues kept in the ledger and in events at a file's end; counts are exact anyway. */
const KEPT_ISSUES = 100

/** What one reading of a file has brought, and given to the sink. Written while it runs: a failure tells how far it came. */
export interface Totals {
  rowsRead: number
  rowsWritten: number
  rowsRejected: number
  readonly issues: Issue[]
}

export function noRows(): Totals {
  return { rowsRead: 0, rowsWritten: 0, rowsRejected: 0, issues: [] }
}

export interface RowTallyOptions {
  readonly file: AttemptFile
  readonly totals: Totals
  /** Rows of the file, where its format tells beforehand. */
  readonly rowCount: number | undefined
  /** Emit `rowRejected`. */
  readonly tells: boolean
}

/** Counts the rows of one reading, tells of the rejected ones, and refuses the file once they are too many. */
export class RowTally {
  readonly #job: JobContext
  readonly #options: RowTallyOptions
  #tellMore: number

  constructor(job: JobContext, options: RowTallyOptions) {
    this.#job = job
    this.#options = options
    this.#tellMore = options.tells ? job.settings.maxRejectedEvents : 0
  }

  /** @throws MappingError `TOO_MANY_REJECTED` as soon as that is sure, `CONSERVATION_BROKEN` when rows are missing */
  take(rows: MappedRows, issues: ReturnType<typeof rowIssues>): void {
    const { totals, rowCount } = this.#options
    this.#checkRows(rows)
    totals.rowsRead += rows.rowsRead
    totals.rowsRejected += rows.rejected.rowCount
    if (rows.rejected.issues !== undefined) this.#keepAndTell(rows, issues)
    this.#judge(rowCount, `the first ${totals.rowsRead}`)
  }

  /** After the last row. */
  end(): void {
    const { rowsRead } = this.#options.totals
    this.#judge(rowsRead, String(rowsRead))
  }

  #judge(rowCount: number | undefined, ofRows: string): void {
    const { file, totals } = this.#options
    const why = refusal(this.#job.settings, totals, rowCount)
    if (why !== null) throw tooManyRejected(file, totals, ofRows, why)
  }

  /** Law of conservation, batch by batch. */
  #checkRows({ rowsRead, firstRow, accepted, rejected }: MappedRows): void {
    const { totals, file } = this.#options
    const before = totals.rowsRead
    if (rowsRead === accepted.rowCount + rejected.rowCount && firstRow === before + 1) return
    const { key } = file.context
    throw new MappingError(
      'CONSERVATION_BROKEN',
      `A batch of "${key}" says rows ${firstRow} to ${firstRow + rowsRead - 1}, ${accepted.rowCount} accepted and ${rejected.rowCount} rejected, after ${before} rows.`,
      {
        location: { key, row: firstRow },
        remedy: 'The decoder or the mapper loses or invents rows: mend it, then retry the file.',
      },
    )
  }

  #keepAndTell({ rejected }: MappedRows, issues: ReturnType<typeof rowIssues>): void {
    const { events } = this.#job
    const { file, totals } = this.#options
    const tells = this.#tellMore > 0 && rejected.rowCount > 0 && events.hears('rowRejected')
    if (!tells && totals.issues.length >= KEPT_ISSUES) return
    for (const [row, ofRow] of issues()) {
      if (totals.issues.length < KEPT_ISSUES) totals.issues.push(...ofRow.slice(0, KEPT_ISSUES - totals.issues.length))
      if (!tells || this.#tellMore === 0 || !ofRow.some(({ severity }) => severity === 'error')) continue
      events.emit('rowRejected', { file: file.context, attempt: file.sinkFile.attempt, row, issues: ofRow })
      this.#tellMore--
    }
  }
}

function tooManyRejected({ context }: AttemptFile, totals: Totals, ofRows: string, why: string): ImportError {
  const errors = totals.issues.filter(({ severity }) => severity === 'error')
  const first = errors[0]
  return new MappingError('TOO_MANY_REJECTED', `${totals.rowsRejected} of ${ofRows} rows of "${context.key}" were rejected; ${why}.`, {
    location: { key: context.key, row: first?.row, column: first?.column },
    issues: errors.slice(0, 10),
    remedy: `Mend the rows${first === undefined ? '' : ` (first: ${first.message})`}, and upload the file again; or correct the schema.`,
  })
}
