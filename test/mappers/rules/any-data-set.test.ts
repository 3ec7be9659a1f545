import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { farSides } from '../../isolation/exchange-input.js'
import { type FileTable, type Format, formats } from '../formats/file-table.js'
import { type MappedFile, mapFile } from '../formats/map-file.js'
import { plainRecord } from '../formats/plain-record.js'
import { FileWriters } from '../formats/write-file.js'
import { shortIssues } from '../map-table.js'
import { type Base, type BaseName, bases, type Row } from './bases.js'
import { expectedRecord } from './expected-record.js'
import { anyDataSet, dataSetOf, declaredTypes, generatedRows } from './generated-rows.js'
import { rowCases } from './row-cases.js'
import { mapperOf } from './run-case.js'

let writers: FileWriters
beforeAll(async () => {
  writers = await FileWriters.open()
})
afterAll(() => writers.close())

const thread = farSides.find(({ name }) => name === 'thread')
/** More by command: `LADING_RUNS=500`. */
const runs = Number(process.env.LADING_RUNS ?? 25)

function tableOf(base: BaseName, rows: readonly Row[], order?: readonly string[]): FileTable {
  const { types }: Base = bases[base]
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, values: rows.map((row) => row[name] ?? null) }))
  return { columns: order === undefined ? columns : [...columns].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)) }
}

/** The base's mapper, with the types of a text file declared. */
function declaredMapper(base: BaseName) {
  const its: Base = bases[base]
  const declared = Object.fromEntries(Object.entries(declaredTypes).filter(([column]) => Object.hasOwn(its.types, column)))
  const before = (its.options.schema as { column_types?: object }).column_types
  const types = { ...before, ...declared }
  return mapperOf(base, { schema: Object.keys(types).length > 0 ? { column_types: types } : {} })
}

const plain = ({ records, rows, issues, rejected, warnings }: MappedFile<unknown>) => ({
  records: records.map(plainRecord),
  rows,
  issues: shortIssues(issues).sort(),
  rejected,
  warnings: shortIssues(warnings),
})

describe('any data set that fits a schema', () => {
  it('becomes the same records from all four formats: those that the schema says', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(anyDataSet, async ({ base, rows }) => {
        seen.set(base, (seen.get(base) ?? 0) + 1)
        const expected = rows.map((row) => plainRecord(expectedRecord(base, row)))
        for (const format of formats) {
          const mapped = await mapFile(format, await writers.write(tableOf(base, rows), format), declaredMapper(base))
          expect([format, plain(mapped)]).toEqual([
            format,
            { records: expected, rows: rows.map((_, i) => i + 1), issues: [], rejected: 0, warnings: [] },
          ])
        }
      }),
      { numRuns: 2 * runs },
    )
    expect(seen.size).toBeGreaterThan(8)
  })

  it('does not depend on the order of columns, the size of batches, or the side that decodes', async () => {
    if (thread === undefined) throw new Error('no thread to decode in')
    await fc.assert(
      fc.asyncProperty(
        anyDataSet.chain(({ base, rows }) =>
          fc.record({
            base: fc.constant(base),
            rows: fc.constant(rows),
            order: fc.shuffledSubarray(Object.keys(bases[base].types), { minLength: Object.keys(bases[base].types).length }),
            // Some rows are broken, so that issues and taking rows out are part of it.
            broken: fc.subarray(rows.map((_, i) => i)),
          }),
        ),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...formats),
        async ({ base, rows, order, broken }, batchRows, format) => {
          const data = rows.map((row, i) => (broken.includes(i) ? { ...row, id: null } : row))
          const bytes = await writers.write(tableOf(base, data), format)
          const mapper = declaredMapper(base)
          const whole = plain(await mapFile(format, bytes, mapper))
          expect(whole.rejected).toBe(broken.length)
          expect(whole.issues).toEqual(broken.map((i) => `id-missing@${i + 1}:id`).sort())
          const reordered = await writers.write(tableOf(base, data, order), format)
          for (const other of [
            await mapFile(format, reordered, mapper),
            await mapFile(format, bytes, mapper, { batchRows }),
            await mapFile(format, bytes, mapper, { engine: thread.engine }),
            await mapFile(format, reordered, mapper, { engine: thread.engine, batchRows }),
          ]) {
            // Features are an object in file order; records are compared by keys.
            expect(plain(other)).toEqual(whole)
          }
        },
      ),
      { numRuns: runs },
    )
  })
})

describe('one cell that is flipped to an invalid value', () => {
  /** Every way to break a row that needs no other types, and is not as long as a book. */
  const flips = rowCases.flatMap(({ base, breaks, code, column, told, types, formats: its, options, severity, says }) => {
    if (told !== undefined || types !== undefined || options !== undefined || generatedRows[base] === undefined) return []
    return breaks.flatMap((change) => {
      const [only] = Object.keys(change)
      if (JSON.stringify(change).length > 10_000) return []
      return [{ base, change, code, column: column === undefined ? only : column, formats: its ?? formats, severity, says }]
    })
  })

  it('is one issue, in that row and column, in each format, and changes no other record', async () => {
    const used = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...flips).chain((flip) => fc.record({ flip: fc.constant(flip), rows: dataSetOf(flip.base) })),
        fc.nat(),
        async ({ flip, rows }, seed) => {
          const at = seed % rows.length
          const data = rows.map((row, i) => (i === at ? { ...row, ...flip.change } : row))
          const mapper = declaredMapper(flip.base)
          for (const format of flip.formats) {
            used.add(`${flip.says} ${format}`)
            const {
              issues,
              rejected,
              records,
              rows: kept,
            } = await mapFile(format, await writers.write(tableOf(flip.base, data), format), mapper)
            const code = codeIn(flip.code, format)
            const place = flip.column === null ? '' : `:${flip.column}`
            expect([format, flip.says, shortIssues(issues)]).toEqual([format, flip.says, [`${code}@${at + 1}${place}`]])
            expect(rejected).toBe(flip.severity === 'warning' ? 0 : 1)
            const others = records.filter((_, i) => kept[i] !== at + 1)
            expect(others.map(plainRecord)).toEqual(
              rows.filter((_, i) => i !== at).map((row) => plainRecord(expectedRecord(flip.base, row))),
            )
          }
        },
      ),
      { numRuns: 2 * runs },
    )
    console.log(`${flips.length} flips; ${used.size} ways to break a row in a format were tried`)
  })

  const codeIn = (code: (typeof rowCases)[number]['code'], format: Format): string =>
    typeof code === 'string' ? code : format === 'csv' ? code.csv : code.typed
})
