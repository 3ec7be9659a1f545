import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import { engines, exchangeInput, readAll } from './exchange-input.js'

const csv = Buffer.from(
  `id,score,place\n${Array.from({ length: 5_000 }, (_, i) => `a${i},${i % 7 === 0 ? 'x' : i / 3},p${i % 5}\n`).join('')}`,
)

test('smoke', async () => {
  for (const { name, engine } of engines()) {
    const t = performance.now()
    const all = await readAll(engine, exchangeInput(csvDecoder(), { bytes: csv }))
    console.log(name, performance.now() - t, all.batches.length)
    const gz = await readAll(engine, exchangeInput(csvDecoder(), { bytes: gzipSync(csv), compression: 'gzip' }))
    expect(gz).toEqual(all)
  }
})
