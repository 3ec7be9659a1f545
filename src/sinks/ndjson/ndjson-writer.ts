import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter } from '../../contracts/sink.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { FolderFile, type FolderTarget } from '../folder-file.js'
import { membersText } from '../json-text.js'
import { placeOf } from '../names.js'

const provenanceKeys: ReadonlySet<string> = new Set(['_key', '_version', '_generation', '_row'])

/** Writes one file's lines. */
export class NdjsonWriter implements FileWriter<object> {
  readonly #data: FolderFile
  readonly #file: SinkFile
  /** The members that each line begins with, up to the row; `null` without provenance. */
  readonly #origin: string | null
  #rows = 0

  private constructor(data: FolderFile, file: SinkFile, provenance: boolean) {
    this.#data = data
    this.#file = file
    const { key, version, generation } = file
    this.#origin = provenance
      ? `"_key":${JSON.stringify(key)},"_version":${JSON.stringify(version)},"_generation":${generation},"_row":`
      : null
  }

  static async open(to: FolderTarget, provenance: boolean): Promise<NdjsonWriter> {
    return new NdjsonWriter(await FolderFile.open(to, 'data.ndjson'), to.file, provenance)
  }

  async write(batch: MappedBatch<object>, { signal }: CallOptions): Promise<void> {
    let rowIndex = 0
    for (const records of batch.recordSlices()) {
      signal.throwIfAborted()
      let lines = ''
      for (const record of records) lines += this.#line(record, batch.sourceRow(rowIndex++))
      await this.#data.append(lines)
    }
    this.#rows += batch.rowCount
    await probe('P15', placeOf(this.#file))
  }

  async commit({ rejected }: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    return this.#data.commit({ rows: this.#rows, rejected }, signal)
  }

  async abort(_reason: unknown, _options: CallOptions): Promise<void> {
    await this.#data.abort()
  }

  #line(record: object, row: number): string {
    if (this.#origin === null) return `{${membersText(record)}}\n`
    const members = membersText(record, provenanceKeys)
    return `{${this.#origin}${row}${members === '' ? '' : `,${members}`}}\n`
  }
}
