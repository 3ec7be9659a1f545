import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter } from '../../contracts/sink.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import type { RejectedRecord } from '../../model/rejected-row.js'
import { fileSystemError } from '../file-system-error.js'
import { jsonText } from '../json-text.js'
import { receiptFor } from '../receipt-for.js'
import { StagedFile } from '../staged-file.js'
import type { StagingFolder } from '../staging-folder.js'
import { csvLine } from './csv-text.js'
import { baseName } from './output-name.js'

interface RejectsTarget {
  readonly file: SinkFile
  readonly staging: StagingFolder
  /** Where outputs stand. */
  readonly root: string
  readonly target: string
  readonly delimiter: string
}

/** Writes one file's refused rows into its staging folder, and moves the folder into place; without rows it leaves nothing. */
export class RejectsFolderWriter implements FileWriter<RejectedRecord> {
  readonly #to: RejectsTarget
  readonly #issues: StagedFile
  readonly #rows: StagedFile
  #rowCount = 0
  #hasCells = false

  constructor(to: RejectsTarget) {
    this.#to = to
    this.#issues = new StagedFile(to.staging, 'rejected.ndjson')
    this.#rows = new StagedFile(to.staging, `${baseName(to.file.key)}.rejected.csv`)
  }

  async write(batch: MappedBatch<RejectedRecord>, { signal }: CallOptions): Promise<void> {
    try {
      for (const records of batch.recordSlices()) {
        signal.throwIfAborted()
        if (this.#rowCount === 0) await this.#begin(records)
        await this.#issues.append(records.map(({ row, issues }) => `${jsonText({ row, issues })}\n`).join(''))
        if (this.#hasCells) await this.#rows.append(records.map((record) => this.#line(record, ({ value }) => value)).join(''))
        this.#rowCount += records.length
      }
    } catch (error) {
      throw this.#failure(error, signal, 'writing rejected rows')
    }
  }

  async commit(_summary: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    const { file, staging, root, target } = this.#to
    const receipt = receiptFor(file, { rows: this.#rowCount, rejected: 0 })
    if (this.#rowCount === 0) return receipt
    try {
      await this.#issues.append('', { durable: true })
      if (this.#hasCells) await this.#rows.append('', { durable: true })
      const { jobId, key, version, generation } = file
      const { rows, schemaVersion, fence, committedAt } = receipt
      const text = JSON.stringify({ jobId, key, version, generation, rows, schemaVersion, fence, committedAt }, undefined, 2)
      await new StagedFile(staging, 'receipt.json').complete(`${text}\n`)
      signal.throwIfAborted()
      await staging.publish(target, root)
      return receipt
    } catch (error) {
      throw this.#failure(error, signal, `committing rejected rows to ${target}`)
    }
  }

  async abort(_reason: unknown, { signal }: CallOptions): Promise<void> {
    try {
      await this.#to.staging.discard(() => {})
    } catch (error) {
      throw this.#failure(error, signal, 'dropping rejected rows')
    }
  }

  async #begin([first]: readonly RejectedRecord[]): Promise<void> {
    await this.#to.staging.start()
    await this.#issues.make()
    if (first?.cells === undefined) return
    this.#hasCells = true
    await this.#rows.make()
    await this.#rows.append(this.#line(first, ({ column }) => column))
  }

  #line({ cells = [] }: RejectedRecord, of: (cell: NonNullable<RejectedRecord['cells']>[number]) => unknown): string {
    return csvLine(cells.map(of), this.#to.delimiter)
  }

  #failure(error: unknown, signal: AbortSignal, doing: string): unknown {
    return signal.aborted && error === signal.reason ? error : fileSystemError(error, this.#to.file, doing)
  }
}
