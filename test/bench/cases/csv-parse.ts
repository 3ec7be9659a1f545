import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { benchColumns } from '../bench-columns.js'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram } from './bench-case.js'
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

/** One object literal, as by hand: an empty cell is null. */
const rowOf = new Function(
  'cells',
  `return {${benchColumns
    .map(({ name, kind }, k) => `${JSON.stringify(name)}: cells[${k}] === '' ? null : ${kind === 'text' ? '' : '+'}cells[${k}]`)
    .join(', ')}}`,
) as (cells: readonly string[]) => object
