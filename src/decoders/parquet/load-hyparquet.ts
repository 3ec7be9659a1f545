import type { parquetMetadata as ParquetMetadata } from 'hyparquet'
import type { parquetHeader as ParquetHeader } from 'hyparquet/src/column.js'
import type { Compressors } from 'hyparquet-compressors'

/** What is used of hyparquet: footer and page headers, and the compressors. */
export interface Hyparquet {
  readonly parquetMetadata: typeof ParquetMetadata
  readonly parquetHeader: typeof ParquetHeader
  readonly compressors: Compressors
  readonly decompressZstd: (input: Uint8Array) => Uint8Array
}

let loading: Promise<Hyparquet> | undefined

/** The packages, loaded when the first Parquet file is opened. */
export function loadHyparquet(): Promise<Hyparquet> {
  loading ??= Promise.all([import('hyparquet'), import('hyparquet/src/column.js'), import('hyparquet-compressors')]).then(
    ([{ parquetMetadata }, { parquetHeader }, { compressors, decompressZstd }]) => ({
      parquetMetadata,
      parquetHeader,
      compressors,
      decompressZstd,
    }),
  )
  return loading
}
