import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** Writes Parquet files with DuckDB and asks DuckDB for their values. */
export class DuckDBFiles {
  readonly #folder: string
  readonly #instance: DuckDBInstance
  #files = 0

  private constructor(folder: string, instance: DuckDBInstance) {
    this.#folder = folder
    this.#instance = instance
  }

  static async open(): Promise<DuckDBFiles> {
    return new DuckDBFiles(await mkdtemp(join(tmpdir(), 'lading-parquet-')), await DuckDBInstance.create(':memory:', { threads: '1' }))
  }

  /** The bytes of a file holding the rows of `query`, written with these COPY options. */
  async write(query: string, options = ''): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
    const path = join(this.#folder, `${this.#files++}.parquet`)
    const connection = await this.#instance.connect()
    try {
      await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options === '' ? '' : `, ${options}`})`)
    } finally {
      connection.closeSync()
    }
    const file = await readFile(path)
    return { path, bytes: new Uint8Array(file.buffer, file.byteOffset, file.byteLength).slice() }
  }

  /** Rows as JSON-like values: 64-bit integers and decimals as text, times as DuckDB prints them. */
  async rows(query: string): Promise<readonly (readonly unknown[])[]> {
    const connection = await this.#instance.connect()
    try {
      const reader = await connection.runAndReadAll(query)
      return reader.getRowsJson()
    } finally {
      connection.closeSync()
    }
  }

  async close(): Promise<void> {
    this.#instance.closeSync()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
