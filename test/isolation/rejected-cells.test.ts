import { tableFromArrays, tableToIPC } from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import type { MappedRows, SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { arrowDecoder } from '../../src/decoders/arrow/arrow-decoder.js'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import type { IsolationEngine } from '../../src/isolation/exchange.js'
import { cellReads, withCells } from '../../src/isolation/rejected-cells.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { rowMapper } from '../../src/mappers/row-mapper/row-mapper.js'
import { toValues } from '../../src/model/cell.js'
import { columnFrom } from '../../src/model/column-from.js'
import type { FileSchema } from '../../src/model/data-type.js'
import { rejectedIndexes } from '../../src/model/rejected-indexes.js'
import { exchangeInput, fileContext, sides } from './exchange-input.js'

const ROWS = 700
const isBad = (i: number): boolean => i % 100 === 42
const scores = Array.from({ length: ROWS }, (_, i) => (isBad(i) ? 'n/a' : String(i / 1_000)))
const csv = Buffer.from(
  `id,note,score,feature/x\n${scores.map((score, i) => `p${i},${i % 3 === 0 ? '""' : i % 3 === 1 ? '' : `"a,${i}"`},${score},0${i}\n`).join('')}`,
)
const model = modelSchema({
  model: 'm',
  modelType: 'score_categorical',
  environment: 'production',
  schema: { prediction_id: 'id', prediction_score: 'score', features: 'feature/' },
}) as SchemaMapper<unknown>
/** Not portable: maps on the host, whichever side decodes. */
const rows = rowMapper({
  signature: 's',
  columns: { id: 'string', score: 'float64' },
  map: ({ id, score }) => ({ id, score }),
}) as SchemaMapper<unknown>

async function read(engine: IsolationEngine, decoder: FileDecoder, bytes: Uint8Array, mapper: SchemaMapper<unknown>, cells: boolean) {
  const input = exchangeInput(decoder, { bytes, mapper, budgets: { batchRows: 128 } })
  const exchange = await engine.open(input)
  try {
    const started = exchange.start({ schema: exchange.schema, file: fileContext(input), batchRows: 128, batchBytes: 4_000_000, cells })
    const batches: MappedRows[] = []
    const records: unknown[] = []
    for await (const batch of started.rows) {
      batches.push(batch)
      records.push(...started.mapping.build(batch.accepted, 0, batch.accepted.rowCount))
    }
    return { schema: exchange.schema, batches, records }
  } finally {
    await exchange.close()
  }
}

const cellsOf = (batches: readonly MappedRows[]): unknown[][] =>
  batches.flatMap(({ rejected: { cells } }) =>
    Array.from({ length: cells?.rowCount ?? 0 }, (_, i) => cells?.columns.map((column) => toValues(column)[i]) ?? []),
  )

describe.each(sides)('cells of rejected rows, decoded $name', ({ engine }) => {
  test.each([
    ['a portable mapper', model],
    ['a mapper of the host', rows],
  ])('a text file gives its text, of every column: %s', async (_, mapper) => {
    const { batches, records } = await read(engine, csvDecoder(), csv, mapper, true)
    const bad = [...Array(ROWS).keys()].filter(isBad)
    expect(cellsOf(batches)).toEqual(bad.map((i) => [`p${i}`, i % 3 === 0 ? '' : i % 3 === 1 ? null : `a,${i}`, 'n/a', `0${i}`]))
    const without = await read(engine, csvDecoder(), csv, mapper, false)
    expect(records).toEqual(without.records)
    expect(without.batches.every(({ rejected }) => rejected.cells === undefined)).toBe(true)
    expect(batches.map(({ rowsRead, firstRow, accepted, rejected }) => [rowsRead, firstRow, accepted.sourceRows, rejected.issues])).toEqual(
      without.batches.map(({ rowsRead, firstRow, accepted, rejected }) => [rowsRead, firstRow, accepted.sourceRows, rejected.issues]),
    )
  })

  test('a typed file gives its values', async () => {
    const table = tableFromArrays({
      id: Array.from({ length: 300 }, (_, i) => (i % 50 === 7 ? '' : `p${i}`)),
      score: Float64Array.from({ length: 300 }, (_, i) => i / 300),
      big: BigInt64Array.from({ length: 300 }, (_, i) => 2n ** 60n + BigInt(i)),
    })
    const { batches } = await read(engine, arrowDecoder(), tableToIPC(table, 'file'), withoutFeatures, true)
    expect(cellsOf(batches)).toEqual([7, 57, 107, 157, 207, 257].map((i) => ['', i / 300, 2n ** 60n + BigInt(i)]))
  })
})

const withoutFeatures = modelSchema({
  model: 'm',
  modelType: 'score_categorical',
  environment: 'production',
  schema: { prediction_id: 'id', prediction_score: 'score' },
}) as SchemaMapper<unknown>

describe('withCells', () => {
  const schema: FileSchema = {
    columns: [
      { name: 'a', type: { kind: 'float64' }, nullable: true },
      { name: 'odd', type: { kind: 'unknown' }, nullable: true },
      { name: 'b', type: { kind: 'int64' }, nullable: true, guessed: true },
    ],
  }

  test('reads what can be read, a guess as text, and nothing twice', () => {
    expect(cellReads(schema)).toEqual([
      { index: 0, as: { kind: 'float64' } },
      { index: 2, as: { kind: 'utf8' } },
    ])
    const { reads } = withCells({ reads: [{ index: 0, as: { kind: 'float64' } }], apply: () => never(), build: () => [] }, schema)
    expect(reads).toEqual(cellReads(schema))
  })

  test('a mapper that spoils its batch, and any choice of rows', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (accepted) => {
        const good = accepted.flatMap((is, i) => (is ? [i] : []))
        const bad = accepted.flatMap((is, i) => (is ? [] : [i]))
        const mapping = withCells(
          {
            reads: [{ index: 0, as: { kind: 'float64' } }],
            apply({ columns, rowCount, firstRow }) {
              const [column] = columns
              expect(columns).toHaveLength(1)
              if (column?.kind === 'float64') column.data.fill(-1)
              return {
                rowsRead: rowCount,
                firstRow,
                accepted: {
                  rowCount: good.length,
                  columns: {},
                  sourceRows: bad.length === 0 ? null : Int32Array.from(good, (i) => firstRow + i),
                },
                rejected: { rowCount: bad.length },
              }
            },
            build: () => [],
          },
          schema,
        )
        const columns = [columnFrom(accepted.map((_, i) => i + 0.5)), columnFrom(accepted.map((_, i) => `t${i}`))]
        const { rejected } = mapping.apply({ rowCount: accepted.length, firstRow: 11, schema, columns })
        expect(rejected.cells?.columns.map((column) => toValues(column)) ?? [[], []]).toEqual([
          bad.map((i) => i + 0.5),
          bad.map((i) => `t${i}`),
        ])
        expect([
          ...(rejectedIndexes(
            11,
            accepted.length,
            Int32Array.from(good, (i) => 11 + i),
          ) ?? []),
        ]).toEqual(bad)
      }),
    )
  })

  test('a mapper that does not say which rows it rejected is told so', () => {
    const mapping = withCells(
      {
        reads: [],
        apply: () => ({
          rowsRead: 2,
          firstRow: 1,
          accepted: { rowCount: 1, columns: {}, sourceRows: null },
          rejected: { rowCount: 1 },
        }),
        build: () => [],
      },
      schema,
    )
    const columns = [columnFrom([0.5, 1.5]), columnFrom(['x', 'y'])]
    expect(() => mapping.apply({ rowCount: 2, firstRow: 1, schema, columns })).toThrow(/does not say which rows/)
  })

  test.each([[[2, 1]], [[1, 1]], [[0]], [[4]]])('rows %j are no rows of a batch of 1 to 3', (rows) => {
    expect(rejectedIndexes(1, 3, Int32Array.from(rows))).toBeUndefined()
  })
})

function never(): never {
  throw new Error('not called')
}
