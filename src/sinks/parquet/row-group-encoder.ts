import type { ParquetApi } from './parquet-api.js'
import { type RowGroup, schemaOf } from './row-group.js'

type Writer = InstanceType<ParquetApi['ParquetWriter']>
type Bytes = InstanceType<ParquetApi['ByteWriter']>

/** Row groups as bytes, one after another, and the footer that says what they were. */
export class RowGroupEncoder {
  readonly #bytes: Bytes
  readonly #writer: Writer

  constructor({ ByteWriter, ParquetWriter }: ParquetApi) {
    this.#bytes = new ByteWriter()
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema: [] })
  }

  /** The bytes of the rows that wait, and of the header before the first. */
  encode(group: RowGroup): Uint8Array {
    this.#writer.schema = schemaOf(group.columns)
    const rows = group.rows
    this.#writer.write({ columnData: group.take() as Parameters<Writer['write']>[0]['columnData'], rowGroupSize: rows })
    return this.#taken()
  }

  /** The bytes of the footer. */
  end(columns: RowGroup['columns']): Uint8Array {
    const schema = schemaOf(columns)
    this.#writer.schema = schema
    // A column that was all null in early groups has its type since: their chunks are of that type too, without a value.
    const typeOf = new Map(schema.map(({ name, type }) => [name, type]))
    for (const { columns: chunks } of this.#writer.row_groups) {
      for (const { meta_data } of chunks) {
        const [name, ...below] = meta_data?.path_in_schema ?? []
        const type = name === undefined ? undefined : typeOf.get(name)
        if (meta_data !== undefined && below.length === 0 && type !== undefined) meta_data.type = type
      }
    }
    this.#writer.finish()
    return this.#taken()
  }

  #taken(): Uint8Array {
    const taken = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return taken
  }
}
