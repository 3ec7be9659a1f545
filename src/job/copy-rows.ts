import type { MappedRows, Mapping } from '../contracts/schema-mapper.js'
import type { FileWriter } from '../contracts/sink.js'
import type { FileSchema } from '../model/data-type.js'
import { abortable, nextTurn } from '../util/abort.js'
import { probe } from '../util/probe.js'
import type { AttemptFile } from './attempt-file.js'
import { readOtherwise } from './file-errors.js'
import { batchToken } from './file-plan.js'
import type { JobContext } from './job-context.js'
import { mappedBatch } from './mapped-batch.js'
import type { RejectsWriter } from './rejects-writer.js'
import { sinkErrorFrom } from './retry-policy.js'
import { rowIssues } from './row-issues.js'
import { RowTally, type Totals } from './row-tally.js'
import type { RowCut } from './validate-rows.js'

export interface CopyInput {
  readonly file: AttemptFile
  readonly plan: string
  readonly schema: FileSchema
  readonly mapping: Mapping<unknown>
  readonly rows: AsyncIterable<MappedRows>
  /** Rows of the file, where its format tells beforehand. */
  readonly rowCount: number | undefined
  readonly writer: FileWriter<unknown>
  readonly rejects: RejectsWriter | undefined
  /** Of the reading that validated the file, if there was one. */
  readonly validated: RowCut | undefined
  readonly totals: Totals
  readonly bytesRead: () => number
  /** Called once, before the first batch is written. */
  readonly beforeFirstWrite: () => Promise<void>
  readonly signal: AbortSignal
}

/** Gives every mapped batch to the sink, in order, checking that no row is lost between reading and writing. */
export async function copyRows(job: JobContext, input: CopyInput): Promise<void> {
  const { file, mapping, schema, totals, rejects, validated, rowCount, signal } = input
  const { attempt } = file.sinkFile
  const tally = new RowTally(job, { file, totals, rowCount, tells: validated === undefined })
  for await (const rows of input.rows) {
    signal.throwIfAborted()
    await probe('P14', file.place)
    if (validated?.continues(rows) === false) throw readOtherwise(file.context.key, rows.firstRow)
    const issues = rowIssues(rows, schema)
    tally.take(rows, issues)
    await rejects?.write(rows, issues)
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
  if (validated?.ended === false) throw readOtherwise(file.context.key, totals.rowsRead + 1)
  tally.end()
}
