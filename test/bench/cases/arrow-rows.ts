import { createReadStream } from 'node:fs'
import { RecordBatchReader } from 'apache-arrow'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram } from './bench-case.js'
import { rowValidator } from './row-schema.js'

/** apache-arrow's stream reader, its row proxies, then valibot. */
export const arrowRowsValibot = (): BenchProgram => program((row) => row)

/** The same, each row made a plain object first: about twice as fast. */
export const arrowObjectsValibot = (): BenchProgram => program((row) => row.toJSON())

function program(shape: (row: { toJSON(): object }) => object): BenchProgram {
  return {
    async run(path) {
      const checksum = new Checksum()
      const validate = rowValidator('bigint', rowSums(checksum, 'flat'))
      const reader = await RecordBatchReader.from(createReadStream(path, { highWaterMark: 1024 * 1024 }))
      for await (const batch of reader) for (const row of batch) validate(shape(row))
      return resultOf(checksum)
    },
  }
}
