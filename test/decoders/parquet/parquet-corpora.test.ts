import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parquetDecoder } from '../../../src/decoders/parquet/parquet-decoder.js'
import { corpora, corpusFiles, skipNote } from '../corpora.js'
import { readCorpusFile, sweep } from './corpus-sweep.js'

/** Files whose outcome differs for a reason, by name. */
const exceptions = new Map([['pq-zeroed-page.parquet', 'zeros in plain values without a checksum are values']])
const plain = new Set(['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'float32', 'float64', 'utf8', 'binary'])
const shown = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return `x:${Buffer.from(value).toString('hex')}`
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

describe.skipIf(corpora === undefined)(`Parquet files of others${skipNote}`, () => {
  it('decode or are refused as they should', { timeout: 300_000 }, async () => {
    expect(await sweep(parquetDecoder(), exceptions)).toEqual([])
  })

  it('have the first values that DuckDB reads', { timeout: 300_000 }, async () => {
    const lines = readFileSync(join(corpora ?? '', 'expected-parquet-duckdb.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const files = new Map(corpusFiles('parquet').map((found) => [found.path, found]))
    const wrong: string[] = []
    let compared = 0
    for (const line of lines) {
      const { file, names, types, first } = JSON.parse(line) as { file: string; names: string[]; types: string[]; first: string[] }
      const found = files.get(file)
      if (found === undefined || first.length === 0) continue
      const { decoded } = await readCorpusFile(parquetDecoder(), found)
      if (decoded === null) continue
      const rows = first.map((row) => JSON.parse(row.replaceAll(/([[,:])(-?(?:NaN|Infinity))/g, '$1"$2"')) as unknown[])
      let at = 0
      decoded.schema.columns.forEach(({ name, type }, i) => {
        if (type.kind === 'unknown') return
        const values = decoded.columns[at++] ?? []
        if (names[i] !== name) wrong.push(`${file}: column ${i} is "${name}", not "${names[i]}"`)
        if (!plain.has(type.kind) || types[i] === 'GEOMETRY') return
        rows.forEach((row, j) => {
          const value = shown(values[j])
          // The expectation was rounded where JSON has no such integer.
          if (typeof value === 'bigint') return
          compared++
          if (!Object.is(value, row[i]) && value !== row[i]) wrong.push(`${file}: "${name}" (${type.kind}) row ${j + 1}`)
        })
      })
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(1000)
  })
})
