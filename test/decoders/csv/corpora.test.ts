import { describe, expect, test } from 'vitest'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import { checkColumn } from '../../../src/model/check-column.js'
import { corpora, corpusFiles, skipNote } from '../corpora.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

describe.skipIf(corpora === undefined)(`CSV corpora${skipNote}`, () => {
  test("every file gives the reference's rows and columns, or a DecodeError where it may", async () => {
    const outcomes: string[] = []
    for (const file of corpusFiles('csv')) {
      const bytes = await Promise.resolve()
        .then(() => file.bytes())
        .catch(() => undefined)
      if (bytes === undefined) continue
      const outcome = await decodeAll(csvDecoder(), fileBytes(bytes)).then(
        ({ schema, batches }) => {
          for (const batch of batches)
            for (const column of batch.columns) expect([file.path, checkColumn(column)]).toEqual([file.path, null])
          return [schema.columns.length, batches.reduce((rows, { rowCount }) => rows + rowCount, 0)]
        },
        (error) => {
          expect([file.path, error.name]).toEqual([file.path, 'DecodeError'])
          return error.code as string
        },
      )
      if (file.expected !== 'decodes' || file.rows === undefined) continue
      // Files without a header by the reference have their first row as header here.
      const rows = file.reference.includes('no header') ? file.rows - 1 : file.rows
      if (String(outcome) !== String([file.columns, rows])) outcomes.push(`${file.path}: ${outcome}, not ${file.columns},${rows}`)
    }
    expect(outcomes).toEqual([])
  }, 120_000)
})
