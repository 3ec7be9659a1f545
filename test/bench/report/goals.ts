import type { DataFile } from '../data/data-files.js'
import type { ProgramName } from '../programs.js'

/** A goal has one figure per mode: `thread`, and `process`, which is the default. */
interface ByMode {
  readonly thread: number
  readonly process: number
}

/** At least so many times as fast as a peer on the same file. */
export interface SpeedGoal extends ByMode {
  readonly file: DataFile
  readonly program: ProgramName
  readonly peer: ProgramName
  /** In the default mode, what must hold before the goal is reached. */
  readonly least?: number
}

const columns = (file: DataFile, peer: ProgramName, thread: number, process: number, least?: number): SpeedGoal => ({
  file,
  program: 'lading-columns',
  peer,
  thread,
  process,
  ...(least === undefined ? {} : { least }),
})
const rows = (file: DataFile, peer: ProgramName, thread: number, process: number): SpeedGoal => ({
  file,
  program: 'lading-rows',
  peer,
  thread,
  process,
})

export const speedGoals: readonly SpeedGoal[] = [
  columns('csv', 'duckdb-columns', 4, 3, 2.5),
  columns('csv', 'csv-parse-valibot', 20, 15, 12),
  rows('csv', 'duckdb-rows', 6, 5),
  columns('csvGz', 'duckdb-columns', 4, 3),
  columns('csvGz', 'csv-parse-valibot', 15, 15),
  rows('csvGz', 'duckdb-rows', 4, 4),
  columns('parquet', 'duckdb-columns', 4, 3, 2.8),
  columns('parquet', 'hyparquet-valibot', 16, 12, 11),
  rows('parquet', 'duckdb-rows', 6, 5),
  columns('avro', 'avsc-valibot', 7, 7, 5),
  rows('avro', 'avsc-valibot', 3, 3),
  columns('avroDeflate', 'avsc-valibot', 3, 3),
  rows('avroDeflate', 'avsc-valibot', 3, 3),
  columns('arrow', 'arrow-rows-valibot', 20, 20, 15),
  rows('arrow', 'arrow-rows-valibot', 5, 5),
  columns('vectorCsv', 'duckdb-columns', 3, 3),
  columns('vectorParquet', 'duckdb-columns', 1.5, 1.5),
]

/** Peak resident memory of host and child, MB: the higher one of columns and rows. */
export const memoryGoals: readonly (ByMode & { readonly file: DataFile })[] = [
  { file: 'csv', thread: 160, process: 170 },
  { file: 'csvGz', thread: 160, process: 170 },
  { file: 'parquet', thread: 300, process: 300 },
  { file: 'parquetOneGroup', thread: 450, process: 450 },
  { file: 'avro', thread: 170, process: 170 },
  { file: 'avroDeflate', thread: 170, process: 170 },
  { file: 'arrow', thread: 330, process: 330 },
]

/** The longest that the host's event loop is held, ms, in every file above. */
export const stallGoalMs = 20

/** Mapping and checks: per cent on top of decoding, or nanoseconds a row. */
export const mappingGoals: readonly { readonly file: DataFile; readonly most: number; readonly unit: '%' | 'ns' }[] = [
  { file: 'csv', most: 25, unit: '%' },
  { file: 'parquet', most: 25, unit: '%' },
  { file: 'avro', most: 25, unit: '%' },
  { file: 'arrow', most: 200, unit: 'ns' },
]
