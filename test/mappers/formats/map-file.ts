import type { SchemaMapper } from '../../../src/contracts/schema-mapper.js'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { avroDecoder } from '../../../src/decoders/avro/avro-decoder.js'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import { parquetDecoder } from '../../../src/decoders/parquet/parquet-decoder.js'
import { MappingError } from '../../../src/errors.js'
import type { IsolationEngine } from '../../../src/isolation/exchange.js'
import { inlineEngine } from '../../../src/isolation/inline-engine.js'
import type { Issue } from '../../../src/model/issue.js'
import { issuesOf } from '../../../src/model/issues-of.js'
import { exchangeInput } from '../../isolation/exchange-input.js'
import { file } from '../map-table.js'
import type { Format } from './file-table.js'

const decoders = { csv: csvDecoder(), parquet: parquetDecoder(), avro: avroDecoder(), arrow: arrowDecoder() } as const

/** What became of a file. */
export interface MappedFile<R> {
  readonly records: readonly R[]
  /** Rows (1-based) of the records. */
  readonly rows: readonly number[]
  readonly rowsRead: number
  readonly rejected: number
  /** Of rows; of columns when these made it impossible to begin. */
  readonly issues: readonly Issue[]
  readonly warnings: readonly Issue[]
}

/** The whole way of a file, as the engine goes it: decoded, mapped, built into records. */
export async function mapFile<R>(
  format: Format,
  bytes: Uint8Array,
  mapper: SchemaMapper<R>,
  { engine = inlineEngine, batchRows = 2048 }: { readonly engine?: IsolationEngine; readonly batchRows?: number } = {},
): Promise<MappedFile<R>> {
  const exchange = await engine.open<R>({ ...exchangeInput(decoders[format], { bytes, name: `file.${format}` }), mapper })
  const records: R[] = []
  const rowsOfRecords: number[] = []
  const issues: Issue[] = []
  let [rowsRead, rejected] = [0, 0]
  try {
    const { schema } = exchange
    const { mapping, rows } = exchange.start({ schema, file, batchRows, batchBytes: 4 << 20 })
    for await (const { accepted, rejected: refused, firstRow, rowsRead: read } of rows) {
      records.push(...mapping.build(accepted, 0, accepted.rowCount))
      for (let i = 0; i < accepted.rowCount; i++) rowsOfRecords.push(accepted.sourceRows?.[i] ?? firstRow + i)
      if (refused.issues !== undefined) issues.push(...issuesOf(refused.issues, { firstRow, schema }))
      rowsRead += read
      rejected += refused.rowCount
    }
    return { records, rows: rowsOfRecords, rowsRead, rejected, issues, warnings: mapping.warnings ?? [] }
  } catch (error) {
    if (!(error instanceof MappingError) || error.code !== 'SCHEMA_MISMATCH') throw error
    const { issues: ofColumns } = error
    return {
      records: [],
      rows: [],
      rowsRead: 0,
      rejected: 0,
      issues: ofColumns.filter(({ severity }) => severity === 'error'),
      warnings: [],
    }
  } finally {
    await exchange.close()
  }
}
