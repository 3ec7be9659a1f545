import { join } from 'node:path'
import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter } from '../../contracts/sink.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { fileSystemError } from '../file-system-error.js'
import { membersText } from '../json-text.js'
import { placeOf } from '../names.js'
import { receiptFor } from '../receipt-for.js'
import { StagedFile } from '../staged-file.js'
import { codeOf, type StagingFolder } from '../staging-folder.js'
import { manifestText, readReceipt } from './ndjson-manifest.js'

interface NdjsonTarget {
  readonly file: SinkFile
  readonly staging: StagingFolder
  /** Where committed files stand. */
  readonly files: string
  readonly target: string
  readonly provenance: boolean
}

const provenanceKeys: ReadonlySet<string> = new Set(['_key', '_version', '_generation', '_row'])

/** Writes one file's lines into its staging folder, and moves the folder into place. */
export class NdjsonWriter implements FileWriter<object> {
  readonly #to: NdjsonTarget
  readonly #data: StagedFile
  readonly #origin: string
  #rows = 0

  private constructor(to: NdjsonTarget) {
    this.#to = to
    this.#data = new StagedFile(to.staging, 'data.ndjson')
    const { key, version, generation } = to.file
    this.#origin = `"_key":${JSON.stringify(key)},"_version":${JSON.stringify(version)},"_generation":${generation},"_row":`
  }

  static async open(to: NdjsonTarget): Promise<NdjsonWriter> {
    const writer = new NdjsonWriter(to)
    await to.staging.start()
    await writer.#data.make()
    return writer
  }

  async write(batch: MappedBatch<object>, { signal }: CallOptions): Promise<void> {
    let rowIndex = 0
    for (const records of batch.recordSlices()) {
      signal.throwIfAborted()
      let lines = ''
      for (const record of records) lines += this.#line(record, batch.sourceRow(rowIndex++))
      try {
        await this.#data.append(lines)
      } catch (error) {
        throw fileSystemError(error, this.#to.file, 'writing to the sink folder')
      }
    }
    this.#rows += batch.rowCount
    await probe('P15', placeOf(this.#to.file))
  }

  async commit({ rejected }: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    const { file, staging, target } = this.#to
    const place = placeOf(file)
    try {
      // Also the look at the fence: without a current claim there is no file to open.
      await this.#data.append('', { durable: true })
      await probe('P19', place)
      const receipt = receiptFor(file, { rows: this.#rows, rejected })
      await new StagedFile(staging, 'receipt.json').complete(manifestText(file, receipt))
      await probe('P20', place)
      signal.throwIfAborted()
      const stored = await this.#publish()
      await probe('P21', place)
      return stored ?? receipt
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error
      throw fileSystemError(error, file, `committing to ${target}`)
    }
  }

  async abort(_reason: unknown, _options: CallOptions): Promise<void> {
    const { file, staging } = this.#to
    try {
      await staging.discard(() => probe('P24', placeOf(file)))
    } catch (error) {
      throw fileSystemError(error, file, 'dropping staged rows from the sink folder')
    }
  }

  /** The receipt that stands there already, if one does. */
  async #publish(): Promise<Receipt | undefined> {
    const { file, staging, files, target } = this.#to
    try {
      await staging.publish(target, files)
      return undefined
    } catch (error) {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
      const stored = await readReceipt(join(target, 'receipt.json'), file)
      if (stored === undefined) throw error
      await staging.discard(() => {})
      return stored
    }
  }

  #line(record: object, row: number): string {
    if (!this.#to.provenance) return `{${membersText(record)}}\n`
    const members = membersText(record, provenanceKeys)
    return `{${this.#origin}${row}${members === '' ? '' : `,${members}`}}\n`
  }
}
