import type { MappedRows } from '../contracts/schema-mapper.js'
import type { FileWriter } from '../contracts/sink.js'
import type { FileSchema } from '../model/data-type.js'
import type { SinkFile } from '../model/file.js'
import type { Receipt } from '../model/receipt.js'
import type { RejectedRecord } from '../model/rejected-row.js'
import { abortable } from '../util/abort.js'
import type { AttemptFile } from './attempt-file.js'
import { wrongRejects } from './file-errors.js'
import { batchToken } from './file-plan.js'
import type { JobContext } from './job-context.js'
import { rejectedBatch } from './rejected-batch.js'
import { sinkErrorFrom } from './retry-policy.js'
import type { rowIssues } from './row-issues.js'
import { abortWriter, begin } from './settle.js'

export interface RejectsInput {
  readonly file: AttemptFile
  readonly plan: string
  readonly schema: FileSchema
  readonly signal: AbortSignal
}

/** Gives one attempt's refused rows to the rejects sink, and commits them before the rows that were accepted. */
export class RejectsWriter {
  readonly #input: RejectsInput
  /** `null` when nothing is open: committed, dropped, or the sink keeps what an earlier attempt committed. */
  #writer: FileWriter<RejectedRecord> | null
  #mayHold: boolean

  private constructor(input: RejectsInput, answer: FileWriter<RejectedRecord> | Receipt) {
    this.#input = input
    this.#writer = 'write' in answer ? answer : null
    this.#mayHold = this.#writer === null
  }

  /** `undefined` when the job has no rejects sink. */
  static async begin(job: JobContext, input: RejectsInput): Promise<RejectsWriter | undefined> {
    if (job.rejects === null) return undefined
    return new RejectsWriter(input, await begin(job.rejects, rejectsFile(input.file), input.signal, 'rejects sink'))
  }

  /** May the sink hold rows of this file, of this attempt or of one before? */
  get mayHold(): boolean {
    return this.#mayHold
  }

  async write(rows: MappedRows, issues: ReturnType<typeof rowIssues>): Promise<void> {
    const writer = this.#writer
    if (writer === null || rows.rejected.rowCount === 0) return
    const { file, plan, schema, signal } = this.#input
    const token = batchToken(file.context, `${plan} rejects`, rows.firstRow, rows.rowsRead)
    const batch = rejectedBatch(rows, { key: file.context.key, token, schema, issues: issues() })
    await this.#guarded(async () => writer.write(batch, { signal }))
  }

  /**
   * Durable when it resolves. A rejection proves nothing, and nothing hangs on it: the next attempt begins anew.
   *
   * @param rejected rows of the file that were refused
   */
  async commit(rejected: number): Promise<void> {
    const writer = this.#writer
    if (writer === null) return
    this.#mayHold = true
    const { signal, file } = this.#input
    const receipt = await this.#guarded(async () => writer.commit({ rows: rejected, rejected: 0 }, { signal }))
    this.#writer = null
    if (receipt.rows !== rejected) throw wrongRejects(file.context.key, receipt.rows, rejected)
  }

  /** Drops what is open. Never rejects. */
  async abort(reason: unknown): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    if (writer !== null) await abortWriter(writer, reason)
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    const { signal, file } = this.#input
    try {
      return await abortable(work(), signal)
    } catch (error) {
      signal.throwIfAborted()
      throw sinkErrorFrom(error, file.context.key, 'rejects sink')
    }
  }
}

/** Fences the rejects sink, which then gives up what it holds of a file that is not imported. */
export async function dropRejects(job: JobContext, file: AttemptFile, signal: AbortSignal): Promise<void> {
  if (job.rejects === null) return
  const answer = await begin(job.rejects, rejectsFile(file), signal, 'rejects sink')
  if ('write' in answer) await abortWriter(answer, new Error('The file is not imported.'))
}

/** Its receipts are its own: it takes no part in a transaction of ledger and rows. */
function rejectsFile({ sinkFile }: AttemptFile): SinkFile {
  return { ...sinkFile, shared: false }
}
