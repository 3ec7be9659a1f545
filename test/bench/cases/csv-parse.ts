import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram } from './bench-case.js'
import { rowLiteral } from './row-literal.js'
import { rowValidator } from './row-schema.js'

const chunkBytes = 256 * 1024

/** csv-parse to arrays (faster than its objects), an object literal per row, valibot. */
export const csvParseValibot = (): BenchProgram => ({
  async run(path) {
    const checksum = new Checksum()
    const validate = rowValidator('number', rowSums(checksum, 'flat'))
    const parser = parse({ fromLine: 2 })
    parser.on('data', (cells: string[]) => validate(rowOf(cells)))
    const file = createReadStream(path, { highWaterMark: chunkBytes })
    if (path.endsWith('.gz')) await pipeline(file, createGunzip({ chunkSize: chunkBytes }), parser)
    else await pipeline(file, parser)
    return resultOf(checksum)
  },
})

/** An empty cell is null, a number is read by the language. */
const rowOf = rowLiteral<string>((cell, kind) => `${cell} === '' ? null : ${kind === 'text' ? '' : '+'}${cell}`)
