/** The files that the bench reads, by name in their folder. */
export const dataFiles = {
  csv: 'base.csv',
  csvGz: 'base.csv.gz',
  parquet: 'base.parquet',
  parquetOneGroup: 'one-group.parquet',
  avro: 'base.avro',
  avroDeflate: 'deflate.avro',
  arrow: 'base.arrows',
  vectorCsv: 'vector.csv',
  vectorParquet: 'vector.parquet',
} as const

export type DataFile = keyof typeof dataFiles

/** Rows of the embedding files, of those of the others. */
export const vectorShare = 0.3

/** Rows of one of the files, where most have `rows`. */
export const rowsOfFile = (file: DataFile, rows: number): number => (file.startsWith('vector') ? Math.round(rows * vectorShare) : rows)
