import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/errors.js'
import { parseModelSchema } from '../../../src/mappers/model-schema/parse-model-schema.js'
import type { Issue } from '../../../src/model/issue.js'
import { type Format, formats } from '../formats/file-table.js'
import { mapFile } from '../formats/map-file.js'
import { FileWriters } from '../formats/write-file.js'
import { shortIssues } from '../map-table.js'
import { columnCases, columnRecords } from './column-cases.js'
import { optionCases } from './option-cases.js'
import { rowCases } from './row-cases.js'
import { type ColumnCase, type RecordCase, type RowCase, type TypeCase, typedFormats } from './rule-cases.js'
import { exempt, ruleIds } from './rule-ids.js'
import { mapperOf, tableOf, withColumns } from './run-case.js'
import { sampleValue } from './sample-values.js'
import { typeCases } from './type-cases.js'

let writers: FileWriters
beforeAll(async () => {
  writers = await FileWriters.open()
})
afterAll(() => writers.close())

const errors = (issues: readonly Issue[]): string[] => shortIssues(issues.filter(({ severity }) => severity === 'error'))
/** What a person gets to know; never a cell. */
const teaches = (issues: readonly Issue[]): void => {
  for (const { message, remedy, expected } of issues) {
    expect(message).toMatch(/^\S.*\.$/)
    expect(remedy).toMatch(/^\S.*[.?]$/)
    expect(`${message}${remedy}${expected}`).not.toMatch(/[{}]\w|undefined\b(?!$)/)
  }
}

const together: ReadonlySet<string> = new Set(['detection-incomplete', 'detection-counts', 'threshold-classes', 'rank-repeated'])

let files = 0
const map = async (format: Format, table: Parameters<FileWriters['write']>[0], mapper: ReturnType<typeof mapperOf>) => {
  files++
  return await mapFile(format, await writers.write(table, format), mapper)
}

/** `it` for each case in each format that it applies to. */
function eachFormat<C extends { readonly rule: string; readonly says: string; readonly formats?: readonly Format[] }>(
  cases: readonly C[],
  run: (each: C, format: Format) => Promise<void>,
  all: readonly Format[] = formats,
): void {
  const runs = cases.flatMap((each) =>
    (each.formats ?? all).map((format) => ({ name: `${each.rule}: ${each.says} (${format})`, each, format })),
  )
  it.each(runs)('$name', ({ each, format }) => run(each, format))
}

describe('of the options', () => {
  it.each(optionCases)('$rule: $says', ({ keeps, breaks, code, field }) => {
    expect(() => parseModelSchema(keeps)).not.toThrow()
    let refused: unknown
    try {
      parseModelSchema(breaks)
    } catch (error) {
      refused = error
    }
    expect(refused).toBeInstanceOf(ConfigError)
    const { issues } = refused as ConfigError
    expect(issues.map((issue) => [issue.code, issue.field])).toEqual([[code, field]])
    teaches(issues)
  })
})

describe('of the columns', () => {
  eachFormat<ColumnCase>(columnCases, async ({ base, keeps, breaks, code, column, severity, schema, breaksSchema, twice }, format) => {
    const table = tableOf(base, [{}])
    const good = await map(format, withColumns(table, keeps), mapperOf(base, {}, schema))
    expect([good.issues, good.warnings]).toEqual([[], []])
    expect(good.records).toHaveLength(3)
    const bad = await map(format, withColumns(table, breaks, twice), mapperOf(base, {}, schema, breaksSchema))
    const told = `${code}${column === undefined ? '' : `:${column}`}`
    expect([shortIssues(bad.issues), shortIssues(bad.warnings)]).toEqual(severity === 'warning' ? [[], [told]] : [[told], []])
    expect(bad.records).toHaveLength(severity === 'warning' ? 3 : 0)
    teaches([...bad.issues, ...bad.warnings])
  })
})

describe('of the types', () => {
  eachFormat<TypeCase>(
    typeCases,
    async ({ base, column, takes, refuses }, format) => {
      const table = tableOf(base, [{}])
      // What the embeddings' raw data is may be said for text files alone.
      const mapper = mapperOf(base)
      for (const type of takes) {
        const { issues, records } = await map(
          format,
          withColumns(table, { [column]: { type, value: goodValue(base, column, type) } }),
          mapper,
        )
        expect([type, shortIssues(issues), records.length]).toEqual([type, [], 3])
      }
      for (const type of refuses) {
        const { issues, records } = await map(format, withColumns(table, { [column]: { type, value: sampleValue(type) } }), mapper)
        expect([type, shortIssues(issues), records.length]).toEqual([type, [`column-type:${column}`], 0])
        expect(issues[0]).toMatchObject({ received: expect.stringMatching(/\w/), expected: expect.stringMatching(/\w/) })
        teaches(issues)
      }
    },
    typedFormats,
  )
})

/** A value that the field takes, not only its type. */
function goodValue(base: string, column: string, type: Parameters<typeof sampleValue>[0]): unknown {
  if (base === 'boxes' && column === 'b') return [[0, 0, 1, 1]]
  if (base === 'boxes') return [(sampleValue(type) as unknown[])[0]]
  if (base === 'singleLabel') return [(sampleValue(type) as unknown[])[0]]
  return sampleValue(type)
}

describe('of the rows', () => {
  eachFormat<RowCase>(rowCases, async ({ base, keeps, breaks, code, column, told, severity, types, options }, format) => {
    const mapper = mapperOf(base, options)
    const good = await map(format, tableOf(base, keeps, types, keeps), mapper)
    expect(shortIssues(good.issues)).toEqual([])
    expect([good.rowsRead, good.records.length, good.rejected]).toEqual([keeps.length + 2, keeps.length + 2, 0])
    const bad = await map(format, tableOf(base, breaks, types, keeps), mapper)
    const its = typeof code === 'string' ? code : format === 'csv' ? code.csv : code.typed
    const [only] = Object.keys(breaks[0] ?? {})
    const where = column === null ? '' : `:${column ?? only}`
    const broken = breaks.flatMap((_, i) => (told === undefined || told.includes(i) ? [i + 2] : []))
    expect(shortIssues(bad.issues)).toEqual(broken.map((row) => `${its}@${row}${where}`))
    expect(bad.rejected).toBe(severity === 'warning' ? 0 : broken.length)
    expect(bad.records).toHaveLength(breaks.length + 2 - bad.rejected)
    expect(new Set(bad.issues.map((issue) => issue.severity))).toEqual(new Set([severity ?? 'error']))
    for (const issue of bad.issues) {
      if (column !== null) expect(issue.field).toMatch(/\w/)
      // What several columns say together is of no one type.
      if (column !== null && !together.has(issue.code)) expect(issue.received).toMatch(/\w/)
    }
    teaches(bad.issues)
  })
})

describe('of what becomes of a file', () => {
  eachFormat<RecordCase>(
    columnRecords,
    async ({ base, changes = [{}], columns = {}, schema, options, types, shows, equals, warnings = [] }, format) => {
      const table = withColumns(tableOf(base, changes, types, changes), columns)
      const result = await map(format, table, mapperOf(base, options, schema))
      expect([errors(result.issues), shortIssues(result.warnings)]).toEqual([[], [...warnings]])
      expect(shows(result.records[1] ?? {}, format)).toEqual(equals)
    },
  )
})

describe('the table', () => {
  it('has a row for every rule, or a reason', () => {
    const cases = [...optionCases, ...columnCases, ...typeCases, ...rowCases, ...columnRecords]
    const known: ReadonlySet<string> = new Set(ruleIds)
    const tested = new Set(cases.map(({ rule }) => rule).filter((rule) => known.has(rule)))
    const own = new Set(cases.map(({ rule }) => rule).filter((rule) => !known.has(rule)))
    expect([...tested, ...Object.keys(exempt)].sort()).toEqual([...ruleIds].sort())
    const counts = `${ruleIds.length} rules: ${tested.size} tested, ${Object.keys(exempt).length} exempt`
    console.log(`${counts}; ${own.size} of the product's own; ${cases.length} cases, ${files} files in ${formats.length} formats`)
  })
})
