import { DuckDBFiles } from '../../decoders/parquet/duckdb-files.js'
import { arrowFile } from './arrow-file.js'
import { avroFile } from './avro-file.js'
import { csvFile } from './csv-file.js'
import type { FileTable, Format } from './file-table.js'
import { parquetFile } from './parquet-file.js'

/** Writes one table in any format. Close it: DuckDB holds a folder. */
export class FileWriters {
  readonly #duckdb: DuckDBFiles

  private constructor(duckdb: DuckDBFiles) {
    this.#duckdb = duckdb
  }

  static async open(): Promise<FileWriters> {
    return new FileWriters(await DuckDBFiles.open())
  }

  async write(table: FileTable, format: Format): Promise<Uint8Array> {
    switch (format) {
      case 'csv':
        return csvFile(table)
      case 'parquet':
        return await parquetFile(table, this.#duckdb)
      case 'avro':
        return await avroFile(table)
      case 'arrow':
        return arrowFile(table)
    }
  }

  close(): Promise<void> {
    return this.#duckdb.close()
  }
}
