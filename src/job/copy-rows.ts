import type { MappedRows, Mapping } from '../contracts/schema-mapper.js'
import type { FileWriter } from '../contracts/sink.js'
import { type ImportError, MappingError } from '../errors.js'
import type { FileSchema } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import { issuesOf } from '../model/issues-of.js'
import { abortable, nextTurn } from '../util/abort.js'
import { probe } from '../util/probe.js'
import type { AttemptFile } from './attempt-file.js'
import { batchToken } from './file-plan.js'
import type { JobContext } from './job-context.js'
import { mappedBatch } from './mapped-batch.js'
import { sinkErrorFrom } from './retry-policy.js'

/** Issues kept in the ledger and in events at a file's end; counts are exact anyway. */
const KEPT_ISSUES = 100

/** What one attempt has read and given to the sink. Written while it runs, so that a failure can tell how far it came. */
export interface Totals {
  rowsRead: number
  rowsWritten: number
  rowsRejected: number
  readonly issues: Issue[]
}

export interface CopyInput {
  readonly file: AttemptFile
  readonly plan: string
  readonly schema: FileSchema
  readonly mapping: Mapping<unknown>
  readonly rows: AsyncIterable<MappedRows>
  readonly writer: FileWriter<unknown>
  readonly totals: Totals
  readonly bytesRead: () => number
  /** Called once, before the first batch is written. */
  readonly beforeFirstWrite: () => Promise<void>
  readonly signal: AbortSignal
}

/** Gives every mapped batch to the sink, in order, checking that no row is lost between reading and writing. */
export async function copyRows(job: JobContext, input: CopyInput): Promise<void> {
  const { file, mapping, totals, signal } = input
  const { attempt } = file.sinkFile
  let tellRows = job.settings.maxRejectedEvents
  for await (const rows of input.rows) {
    signal.throwIfAborted()
    await probe('P14', file.place)
    checkRows(rows, totals.rowsRead, file)
    totals.rowsRead += rows.rowsRead
    totals.rowsRejected += rows.rejected.rowCount
    tellRows -= tellRejected(job, input, rows, tellRows)
    if (rows.rejected.rowCount > 0 && job.settings.onRejected === 'failFile')
      throw tooManyRejected(file, totals, "one is enough under onRejected: 'failFile'")
    if (rows.accepted.rowCount > 0) {
      if (totals.rowsWritten === 0) await input.beforeFirstWrite()
      const batch = mappedBatch(rows, mapping, batchToken(file.context, input.plan, rows.firstRow, rows.rowsRead))
      const writing = async (): Promise<void> => input.writer.write(batch, { signal })
      await abortable(writing(), signal).catch((error: unknown) => {
        signal.throwIfAborted()
        throw sinkErrorFrom(error, file.context.key)
      })
      totals.rowsWritten += rows.accepted.rowCount
      job.events.emit('batchWritten', { file: file.context, attempt, token: batch.token, rows: batch.rowCount })
    }
    job.events.emit('fileProgressed', { file: file.context, attempt, rowsRead: totals.rowsRead, bytesRead: input.bytesRead() })
    await probe('P16', file.place)
    await nextTurn()
  }
  signal.throwIfAborted()
  if (totals.rowsRead > 0 && totals.rowsWritten === 0) throw tooManyRejected(file, totals, 'that is every row')
}

/** Law of conservation, batch by batch. */
function checkRows(rows: MappedRows, before: number, file: AttemptFile): void {
  const { rowsRead, firstRow, accepted, rejected } = rows
  if (rowsRead === accepted.rowCount + rejected.rowCount && firstRow === before + 1) return
  throw new MappingError(
    'CONSERVATION_BROKEN',
    `A batch of "${file.context.key}" says rows ${firstRow} to ${firstRow + rowsRead - 1}, ${accepted.rowCount} accepted and ${rejected.rowCount} rejected, after ${before} rows.`,
    {
      location: { key: file.context.key, row: firstRow },
      remedy: 'The decoder or the mapper loses or invents rows: mend it, then retry the file.',
    },
  )
}

/** Keeps the first issues and emits `rowRejected`; returns how many rows were told. */
function tellRejected(job: JobContext, { file, schema, totals }: CopyInput, rows: MappedRows, most: number): number {
  const log = rows.rejected.issues
  if (log === undefined) return 0
  const wantsEvents = most > 0 && rows.rejected.rowCount > 0 && job.events.hears('rowRejected')
  if (!wantsEvents && totals.issues.length >= KEPT_ISSUES) return 0
  const byRow = new Map<number, Issue[]>()
  for (const issue of issuesOf(log, { firstRow: rows.firstRow, schema })) {
    if (totals.issues.length < KEPT_ISSUES) totals.issues.push(issue)
    const ofRow = byRow.get(issue.row as number)
    if (ofRow === undefined) byRow.set(issue.row as number, [issue])
    else ofRow.push(issue)
  }
  if (!wantsEvents) return 0
  let told = 0
  for (const [row, issues] of byRow) {
    if (told === most) break
    if (!issues.some(({ severity }) => severity === 'error')) continue
    job.events.emit('rowRejected', { file: file.context, attempt: file.sinkFile.attempt, row, issues })
    told++
  }
  return told
}

function tooManyRejected({ context }: AttemptFile, totals: Totals, why: string): ImportError {
  const errors = totals.issues.filter(({ severity }) => severity === 'error')
  const first = errors[0]
  return new MappingError(
    'TOO_MANY_REJECTED',
    `${totals.rowsRejected} of ${totals.rowsRead} rows of "${context.key}" were rejected; ${why}.`,
    {
      location: { key: context.key, row: first?.row, column: first?.column },
      issues: errors.slice(0, 10),
      remedy: `Mend the rows${first === undefined ? '' : ` (first: ${first.message})`}, and upload the file again; or correct the schema.`,
    },
  )
}
