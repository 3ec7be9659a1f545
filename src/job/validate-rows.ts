import type { MappedRows } from '../contracts/schema-mapper.js'
import type { FileSchema } from '../model/data-type.js'
import { nextTurn } from '../util/abort.js'
import { probe } from '../util/probe.js'
import type { AttemptFile } from './attempt-file.js'
import type { JobContext } from './job-context.js'
import { rowIssues } from './row-issues.js'
import { canRefuse } from './row-policy.js'
import { RowTally, type Totals } from './row-tally.js'

/** Is a file read once before anything of it is written? By itself where half a file could be left in the sink. */
export function validatesFirst({ settings, sink }: JobContext): boolean {
  const { validateFirst } = settings
  return validateFirst === 'auto' ? sink.delivery !== 'transactional' && canRefuse(settings) : validateFirst
}

export interface ValidateInput {
  readonly file: AttemptFile
  readonly schema: FileSchema
  readonly rowCount: number | undefined
  readonly rows: AsyncIterable<MappedRows>
  readonly totals: Totals
  readonly signal: AbortSignal
}

/**
 * Reads and maps the whole file and writes nothing. This reading tells of the rejected rows, for it may be the only one.
 *
 * @returns how the rows came, which the second reading must equal
 */
export async function validateRows(job: JobContext, input: ValidateInput): Promise<RowCut> {
  const { file, schema, rowCount, totals, signal } = input
  const tally = new RowTally(job, { file, totals, rowCount, tells: true })
  const cut = new RowCut()
  for await (const rows of input.rows) {
    signal.throwIfAborted()
    await probe('P14', file.place)
    tally.take(rows, rowIssues(rows, schema))
    cut.add(rows)
    await nextTurn()
  }
  signal.throwIfAborted()
  tally.end()
  return cut
}

/** Rows and rejected rows of each batch of one reading. */
export class RowCut {
  readonly #rows: number[] = []
  readonly #rejected: number[] = []
  #at = 0

  add({ rowsRead, rejected }: MappedRows): void {
    this.#rows.push(rowsRead)
    this.#rejected.push(rejected.rowCount)
  }

  /** Is the next batch of the other reading as it was in this one? */
  continues({ rowsRead, rejected }: MappedRows): boolean {
    const at = this.#at++
    return this.#rows[at] === rowsRead && this.#rejected[at] === rejected.rowCount
  }

  /** Has the other reading come to this one's end? */
  get ended(): boolean {
    return this.#at === this.#rows.length
  }
}
