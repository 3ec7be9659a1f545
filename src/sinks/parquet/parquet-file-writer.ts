import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter } from '../../contracts/sink.js'
import { SinkError } from '../../errors.js'
import type { Column } from '../../model/column.js'
import { columnOf } from '../../model/column-of.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { FolderFile, type FolderTarget } from '../folder-file.js'
import { placeOf } from '../names.js'
import type { ParquetApi } from './parquet-api.js'
import { RowGroup } from './row-group.js'
import { RowGroupEncoder } from './row-group-encoder.js'

/** Writes one file's rows, a row group at a time. */
export class ParquetFileWriter implements FileWriter<object> {
  readonly #data: FolderFile
  readonly #file: SinkFile
  readonly #provenance: boolean
  readonly #encoder: RowGroupEncoder
  readonly #group = new RowGroup()
  #rows = 0

  private constructor(api: ParquetApi, data: FolderFile, file: SinkFile, provenance: boolean) {
    this.#encoder = new RowGroupEncoder(api)
    this.#data = data
    this.#file = file
    this.#provenance = provenance
  }

  static async open(api: ParquetApi, to: FolderTarget, provenance: boolean): Promise<ParquetFileWriter> {
    return new ParquetFileWriter(api, await FolderFile.open(to, 'data.parquet'), to.file, provenance)
  }

  async write(batch: MappedBatch<object>, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
    this.#group.add(batch, this.#provenance ? originOf(this.#file, batch) : {}, this.#file.key)
    this.#rows += batch.rowCount
    if (this.#group.isFull) await this.#data.append(this.#encode())
    await probe('P15', placeOf(this.#file))
  }

  async commit({ rejected }: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    if (this.#group.rows > 0) await this.#data.append(this.#encode())
    return this.#data.commit({ rows: this.#rows, rejected }, signal, this.#encoder.end(this.#group.columns))
  }

  async abort(_reason: unknown, _options: CallOptions): Promise<void> {
    await this.#data.abort()
  }

  #encode(): Uint8Array {
    const { key } = this.#file
    try {
      return this.#encoder.encode(this.#group)
    } catch (error) {
      throw new SinkError('SINK_FAILED', `the rows of ${JSON.stringify(key)} cannot be written as Parquet`, {
        location: { key },
        remedy: 'Look at `cause`.',
        cause: error,
      })
    }
  }
}

/** Where each row came from. */
function originOf({ key, version, generation }: SinkFile, batch: MappedBatch<object>): Record<string, Column> {
  const length = batch.rowCount
  const constant = (value: string): Column => ({
    kind: 'dictionary',
    length,
    validity: null,
    indices: new Int32Array(length),
    dictionary: { id: 0, values: columnOf({ kind: 'utf8' }, [value]) },
  })
  return {
    _key: constant(key),
    _version: constant(version),
    _generation: { kind: 'int32', length, validity: null, data: new Int32Array(length).fill(generation) },
    _row: { kind: 'int32', length, validity: null, data: Int32Array.from({ length }, (_, i) => batch.sourceRow(i)) },
  }
}
