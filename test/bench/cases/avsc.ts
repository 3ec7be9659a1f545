import { once } from 'node:events'
import avsc from 'avsc'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram } from './bench-case.js'
import { rowValidator } from './row-schema.js'

/** avsc's file decoder, row by row, then valibot. */
export const avscValibot = (): BenchProgram => ({
  async run(path) {
    const checksum = new Checksum()
    const decoder = avsc.createFileDecoder(path)
    decoder.on('data', rowValidator('number', rowSums(checksum, 'flat')))
    await once(decoder, 'end')
    return resultOf(checksum)
  },
})
