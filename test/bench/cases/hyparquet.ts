import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram } from './bench-case.js'
import { rowValidator } from './row-schema.js'

/** hyparquet's row objects, row group by row group (whole files are slower and hold all rows), then valibot. */
export const hyparquetValibot = (): BenchProgram => ({
  async run(path) {
    const checksum = new Checksum()
    const validate = rowValidator('bigint', rowSums(checksum, 'flat'))
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    let rowStart = 0
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows)
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })
      for (const row of rows) validate(row)
      rowStart = rowEnd
    }
    return resultOf(checksum)
  },
})
