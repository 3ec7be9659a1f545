import type { BenchProgram, ProgramOptions } from './cases/bench-case.js'

/** Every program by name, loaded when it is run: no case pays for another's library. */
export const programs = {
  'lading-columns': async (options) => (await import('./cases/lading.js')).ladingColumns(options),
  'lading-rows': async (options) => (await import('./cases/lading.js')).ladingRows(options),
  'decode-only': async (options) => (await import('./cases/lading-mapping.js')).decodeOnly(options),
  'timed-mapping': async (options) => (await import('./cases/lading-mapping.js')).timedMapping(options),
  'csv-parse-valibot': async () => (await import('./cases/csv-parse.js')).csvParseValibot(),
  'duckdb-columns': async (options) => (await import('./cases/duckdb.js')).duckdbColumns(options),
  'duckdb-rows': async (options) => (await import('./cases/duckdb.js')).duckdbRows(options),
  'hyparquet-valibot': async () => (await import('./cases/hyparquet.js')).hyparquetValibot(),
  'avsc-valibot': async () => (await import('./cases/avsc.js')).avscValibot(),
  'arrow-rows-valibot': async () => (await import('./cases/arrow-rows.js')).arrowRowsValibot(),
  'arrow-objects-valibot': async () => (await import('./cases/arrow-rows.js')).arrowObjectsValibot(),
} satisfies Record<string, (options: ProgramOptions) => Promise<BenchProgram>>

export type ProgramName = keyof typeof programs
