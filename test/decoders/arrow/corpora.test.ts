import { describe, expect, test } from 'vitest'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { defaultBudgets } from '../../../src/model/budgets.js'
import { checkColumn } from '../../../src/model/check-column.js'
import { corpora, corpusFiles, skipNote } from '../corpora.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

const { signal } = new AbortController()

describe.skipIf(corpora === undefined)(`Arrow corpora${skipNote}`, () => {
  test("every file gives the reference's rows and columns, or a DecodeError where it may", async () => {
    const outcomes: string[] = []
    for (const file of corpusFiles('arrow')) {
      const open = async () => {
        const opened = await arrowDecoder().open(fileBytes(file.bytes()), { signal, budgets: defaultBudgets })
        const known = opened.schema.columns.map(({ type }) => (type.kind === 'unknown' ? null : type))
        await opened.close?.()
        return decodeAll(arrowDecoder(), fileBytes(file.bytes()), { as: known })
      }
      const outcome = await open().then(
        ({ schema, batches }) => {
          for (const batch of batches)
            for (const column of batch.columns) expect([file.path, checkColumn(column)]).toEqual([file.path, null])
          return [schema.columns.length, batches.reduce((rows, { rowCount }) => rows + rowCount, 0)]
        },
        (error) => {
          expect([file.path, error.name]).toEqual([file.path, 'DecodeError'])
          return `${error.code} ${error.message}`
        },
      )
      if (file.expected === 'reject' && typeof outcome !== 'string') outcomes.push(`${file.path}: was to be refused`)
      if (file.expected !== 'decodes' || file.rows === undefined || file.columns === undefined) continue
      if (typeof outcome === 'string' ? !outcome.startsWith('FORMAT_UNSUPPORTED') : String(outcome) !== String([file.columns, file.rows])) {
        outcomes.push(`${file.path}: ${outcome}, not ${file.columns},${file.rows}`)
      }
    }
    expect(outcomes).toEqual([])
  }, 120_000)
})
