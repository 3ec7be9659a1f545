import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import { toValues } from '../../../src/model/cell.js'
import type { Column } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import type { IssueLog } from '../../../src/model/issue.js'
import { asOf, file, mapTable, shortIssues, type Table, textTable, typedTable } from '../map-table.js'

const mapper = modelSchema({
  model: 'm',
  modelType: 'score_categorical',
  environment: 'production',
  schema: {
    prediction_id: 'id',
    timestamp: 'ts',
    prediction_label: 'label',
    prediction_score: 'score',
    actual_score: 'actual',
    features: 'f/',
    tags: 't/',
    shap_values: 's/',
  },
})
type Cells = Record<string, (string | null)[]>
const row = (id: string): Record<string, string | null> => ({
  id,
  ts: '1710000000',
  label: 'x',
  score: '0.5',
  actual: '1',
  'f/a': 'A',
  't/z': 'z',
  's/a': '0.1',
})
const tableOf = (rows: readonly Record<string, string | null>[]): Table =>
  textTable(Object.fromEntries(Object.keys(row('')).map((name) => [name, rows.map((each) => each[name] ?? null)])) as Cells)
const issuesWith = (change: Record<string, string | null>): string[] =>
  shortIssues(mapTable(mapper, tableOf([row('1'), { ...row('2'), ...change }, row('3')])).issues)

/** The same column in a dictionary. */
const coded = (column: Column): Column => {
  if (column.kind !== 'utf8') return column
  const cells = toValues(column)
  const distinct = [...new Set(cells.filter((cell) => cell !== null))]
  return {
    kind: 'dictionary',
    length: column.length,
    validity: column.validity,
    indices: Int32Array.from(cells, (cell) => (cell === null ? 0 : distinct.indexOf(cell))),
    dictionary: { id: 1, values: columnOf({ kind: 'utf8' }, distinct) },
  }
}

describe('prediction ids', () => {
  it('are never empty and at most 128 characters, counted as code points', () => {
    expect(issuesWith({ id: null })).toEqual(['id-missing@2:id'])
    expect(issuesWith({ id: '' })).toEqual(['id-missing@2:id'])
    expect(issuesWith({ id: 'a'.repeat(128) })).toEqual([])
    expect(issuesWith({ id: 'a'.repeat(129) })).toEqual(['id-too-long@2:id'])
    expect(issuesWith({ id: '😀'.repeat(128) })).toEqual([])
    expect(issuesWith({ id: '😀'.repeat(129) })).toEqual(['id-too-long@2:id'])
    expect(issuesWith({ id: 'é'.repeat(129) })).toEqual(['id-too-long@2:id'])
  })

  it('may be longer where the host says so', () => {
    const schema = { prediction_id: 'id', prediction_label: 'label' } as const
    const long = modelSchema({ model: 'm', modelType: 'score_categorical', environment: 'production', maxIdLength: 512, schema })
    const table = textTable({ id: ['a'.repeat(512), 'a'.repeat(513)], label: ['x', 'x'] })
    expect(shortIssues(mapTable(long, table).issues)).toEqual(['id-too-long@2:id'])
  })
})

describe('timestamps', () => {
  const stamp = (ts: string | null) => issuesWith({ ts })
  it('are epoch seconds or RFC 3339 with a zone', () => {
    for (const ts of [
      '1710000000',
      '1710000000.123456789',
      '2024-03-09T16:00:00Z',
      '2024-03-09t16:00:00.1z',
      '2024-03-09 16:00:00-00:30',
      '2023-12-31T23:59:60Z',
      '2024-02-29T00:00:00Z',
    ])
      expect([ts, stamp(ts)]).toEqual([ts, []])
    for (const ts of [
      '',
      'x',
      '1710000000.',
      '.5',
      '17e8',
      '2024-03-09',
      '2024-03-09T16:00:00',
      '2024-13-09T16:00:00Z',
      '2023-02-29T00:00:00Z',
      '2024-03-09T24:00:00Z',
      '2024-03-09T16:00:00+0100',
      '2024-03-09T16:00:00.Z',
      '2024-03-09T16:00Z',
      '--1',
      '1'.repeat(25),
      '2024-03-09T16:00:00ZZ',
      '20x4-03-09T16:00:00Z',
    ])
      expect([ts, stamp(ts)]).toEqual([ts, ['timestamp-invalid@2:ts']])
    expect(stamp(null)).toEqual(['timestamp-missing@2:ts'])
  })

  it('lie in the window around the first claim, edges included', () => {
    const year = 365 * 86_400
    const now = asOf.getTime() / 1000
    expect(stamp(String(now - 5 * year))).toEqual([])
    expect(stamp(String(now - 5 * year - 1))).toEqual(['timestamp-outside-window@2:ts'])
    expect(stamp(String(now))).toEqual([])
    // A warning: the row stays.
    expect(stamp(String(now + 1))).toEqual(['timestamp-in-future@2:ts'])
    expect(mapTable(mapper, tableOf([{ ...row('1'), ts: String(now + year) }])).rejected).toBe(0)
    expect(stamp(String(now + year))).toEqual(['timestamp-in-future@2:ts'])
    expect(stamp(String(now + year + 1))).toEqual(['timestamp-outside-window@2:ts'])
    expect(stamp('-1')).toEqual(['timestamp-outside-window@2:ts'])
    expect(stamp('9999-12-31T23:59:59Z')).toEqual(['timestamp-outside-window@2:ts'])
  })

  it('in milliseconds are caught by name', () => {
    const { issues } = mapTable(mapper, tableOf([{ ...row('1'), ts: '1710000000000' }]))
    expect(issues[0]).toMatchObject({ code: 'timestamp-milliseconds', row: 1, column: 'ts', field: 'timestamp' })
    expect(issues[0]?.remedy).toContain('seconds')
    const native = typedTable(['id', { kind: 'utf8' }, ['a']], ['ts', { kind: 'int64' }, [1710000000000n]], ['p', { kind: 'float64' }, [1]])
    const numeric = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', timestamp: 'ts', prediction_score: 'p' },
    })
    expect(shortIssues(mapTable(numeric, native).issues)).toEqual(['timestamp-milliseconds@1:ts'])
  })

  it('agree with Date for any instant', () => {
    const wide = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      timestampWindow: { past: 300, future: 200 },
      schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'label' },
    })
    const date = fc.date({ min: new Date('1800-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(date, fc.boolean(), fc.integer({ min: -23, max: 23 })), { minLength: 1, maxLength: 40 }), (dates) => {
        const texts = dates.map(([at, asEpoch, hours]) => {
          if (asEpoch) return String(at.getTime() / 1000)
          const shifted = new Date(at.getTime() + hours * 3_600_000).toISOString().replace('Z', '')
          return `${shifted}${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
        })
        const table = textTable({ id: texts.map((_, i) => `${i}`), ts: texts, label: texts.map(() => 'x') })
        for (const change of [undefined, coded]) {
          const { records, issues } = mapTable(wide, table, change ? { change } : {})
          expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
          expect(records.map((r) => r.timestamp)).toEqual(dates.map(([at]) => at))
        }
      }),
    )
  })
})

describe('numbers', () => {
  it('are finite', () => {
    const numeric = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p', features: 'f/' },
    })
    const table = typedTable(
      ['id', { kind: 'utf8' }, ['a', 'b', 'c', 'd']],
      ['p', { kind: 'float32' }, [Number.NaN, Number.POSITIVE_INFINITY, 0, -1.5]],
      ['f/x', { kind: 'float64' }, [1, 1, Number.NaN, 1]],
    )
    const { issues, records } = mapTable(numeric, table)
    expect(shortIssues(issues)).toEqual(['number-not-finite@1:p', 'number-not-finite@2:p'])
    expect(records.map((r) => [r.prediction_score, r.features.x])).toEqual([
      [0, Number.NaN],
      [-1.5, 1],
    ])
  })

  it('that cannot be read are one issue of the decoder, not two', () => {
    expect(issuesWith({ score: 'x' })).toEqual(['cell-unreadable@2:score'])
    expect(issuesWith({ label: null, score: 'x', actual: null, 's/a': null })).toEqual(['cell-unreadable@2:score'])
  })
})

describe('sides of a row', () => {
  it('production: something to measure', () => {
    const none = { label: null, score: null, actual: null, 's/a': null }
    expect(issuesWith(none)).toEqual(['nothing-to-measure@2'])
    for (const one of ['label', 'score', 'actual', 's/a']) expect(issuesWith({ ...none, [one]: '0' })).toEqual([])
  })

  it('training and validation: a prediction and an actual value', () => {
    const training = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'training',
      schema: { prediction_id: 'id', prediction_score: 'p', prediction_label: 'l', actual_score: 'a' },
    })
    const { issues, records } = mapTable(
      training,
      textTable({ id: ['1', '2', '3', '4'], p: ['1', null, null, '1'], l: [null, '1', null, '1'], a: ['1', '1', null, null] }),
    )
    expect(shortIssues(issues)).toEqual(['prediction-missing@3', 'actual-missing@4'])
    expect(issues[0]?.message).toBe('The row has no prediction: prediction_label, prediction_score are empty.')
    expect(records.map((r) => r.prediction_id)).toEqual(['1', '2'])
  })

  it('delayed rows have no features, may have tags', () => {
    const delayed = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', actual_score: 'a', tags: 't/' },
    })
    const { records, issues } = mapTable(delayed, textTable({ id: ['1', '2'], a: ['1', null], 't/x': ['v', 'v'], other: ['o', 'o'] }))
    expect(records).toMatchObject([{ prediction_id: '1', actual_score: 1, features: {}, tags: { x: 'v' } }])
    expect(Object.keys(records[0] ?? {})).not.toContain('prediction_score')
    expect(shortIssues(issues)).toEqual(['nothing-to-measure@2'])
  })
})

describe('rows the decoder could not split', () => {
  it('are rejected with its issue alone, and counted', () => {
    const result = mapTable(mapper, tableOf([row('1'), row('2'), row('3')]), { ragged: [1] })
    expect(shortIssues(result.issues)).toEqual(['row-ragged@2'])
    expect([result.rejected, result.rows]).toEqual([1, [1, 3]])
  })

  it('must be named: a log that only counts them is refused', () => {
    const schema = tableOf([])
    const mapping = mapper.compile(schema, file)
    const [, , , score = -1] = mapping.reads.map(({ index }) => index)
    const log: IssueLog = {
      table: [{ code: 'x', severity: 'error', message: 'x' }],
      rowIndexes: new Int32Array(0),
      checks: new Uint16Array(0),
      columns: new Uint16Array(0),
      counts: [{ check: 0, column: score, rows: 1 }],
    }
    const columns = mapping.reads.map(({ as }) => columnOf(as, [null]))
    expect(() => mapping.apply({ rowCount: 1, firstRow: 1, schema, columns, issues: log })).toThrow(
      /counts 1 errors and names the rows of 0/,
    )
    const elsewhere = { ...log, counts: [{ check: 0, column: 500, rows: 1 }] }
    expect(mapping.apply({ rowCount: 1, firstRow: 1, schema, columns, issues: elsewhere }).rejected.rowCount).toBe(1)
  })
})

describe('issue logs', () => {
  it('stay exact and bounded when every row fails', () => {
    const count = 30_000
    const rows = Array.from({ length: count }, () => 0)
    const table = textTable({ id: rows.map(() => ''), ts: rows.map(() => 'x'), label: rows.map(() => 'x') })
    const small = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'label' },
    })
    const { issues, rejected, records } = mapTable(small, table)
    expect([rejected, records.length]).toEqual([count, 0])
    expect(new Set(issues.map((issue) => issue.row)).size).toBe(count)
    expect(issues.length).toBeLessThanOrEqual(count + 10_000)
  })

  it('count exactly', () => {
    const schema = tableOf([])
    const mapping = mapper.compile(schema, file)
    const [first] = [
      mapping.apply({ rowCount: 2, firstRow: 1, schema, columns: mapping.reads.map(({ as }) => columnOf(as, [null, null])) }),
    ]
    const { issues, rowCount } = first?.rejected ?? { rowCount: 0 }
    expect(rowCount).toBe(2)
    expect(issues?.counts.map(({ check, rows }) => [issues.table[check]?.code, rows])).toEqual([
      ['id-missing', 2],
      ['timestamp-missing', 2],
    ])
  })
})

describe('any table', () => {
  const cell = (good: readonly string[], bad: readonly (string | null)[]) =>
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) })
  const anyRow = fc.record({
    id: cell(['a', 'b', '007', 'ü'], [null, '', 'x'.repeat(200)]),
    ts: cell(['1710000000', '2024-01-01T00:00:00Z'], [null, 'x', '1710000000000', '1']),
    label: cell(['x', 'y', ''], [null]),
    score: cell(['0.5', '1'], [null, 'x']),
    actual: cell(['0'], [null]),
    'f/a': cell(['A', '', 'ä'], [null]),
    't/z': cell(['z'], [null]),
    's/a': cell(['1'], [null, 'bad']),
  }) as fc.Arbitrary<Record<string, string | null>>
  const rowsOf = fc.array(anyRow, { minLength: 1, maxLength: 60 })
  const ragged = fc.array(fc.nat(59), { maxLength: 3 })
  const sorted = (issues: readonly string[]): string[] => [...issues].sort()

  it('loses no row: accepted and rejected are all, each rejected row has a reason', () => {
    fc.assert(
      fc.property(rowsOf, ragged, fc.integer({ min: 1, max: 64 }), (rows, torn, batchRows) => {
        const result = mapTable(mapper, tableOf(rows), { batchRows, ragged: torn })
        expect(result.rowsRead).toBe(rows.length)
        expect(result.records.length + result.rejected).toBe(rows.length)
        const reasons = new Set(result.issues.map((issue) => issue.row))
        const accepted = new Set(result.rows)
        for (let n = 1; n <= rows.length; n++) expect(reasons.has(n)).toBe(!accepted.has(n))
        result.records.forEach((record, i) => {
          const source = rows[(result.rows[i] ?? 0) - 1]
          expect([record.prediction_id, record.prediction_label, record.features.a, record.tags.z]).toEqual([
            source?.id,
            source?.label,
            source?.['f/a'],
            source?.['t/z'],
          ])
        })
      }),
    )
  })

  it('does not depend on batch size, dictionaries or the order of columns', () => {
    fc.assert(
      fc.property(
        rowsOf,
        ragged,
        fc.integer({ min: 1, max: 64 }),
        fc.shuffledSubarray(Object.keys(row('')), { minLength: 8 }),
        (rows, torn, batchRows, order) => {
          const table = tableOf(rows)
          const whole = mapTable(mapper, table, { ragged: torn })
          const columns = order.map((name) => table.columns.find((column) => column.name === name) as Table['columns'][number])
          for (const other of [
            mapTable(mapper, table, { batchRows, ragged: torn }),
            mapTable(mapper, table, { change: coded, ragged: torn }),
            mapTable(mapper, { columns }, { ragged: torn }),
          ]) {
            expect(other.records).toEqual(whole.records)
            expect(other.rows).toEqual(whole.rows)
            expect(sorted(shortIssues(other.issues))).toEqual(sorted(shortIssues(whole.issues)))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('answers one flipped cell with one issue at that row and column', () => {
    const flips = fc.constantFrom<[string, string | null, string]>(
      ['id', null, 'id-missing'],
      ['id', 'x'.repeat(200), 'id-too-long'],
      ['ts', null, 'timestamp-missing'],
      ['ts', 'yesterday', 'timestamp-invalid'],
      ['ts', '1710000000000', 'timestamp-milliseconds'],
      ['ts', '1', 'timestamp-outside-window'],
      ['score', 'high', 'cell-unreadable'],
      ['s/a', '?', 'cell-unreadable'],
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        flips,
        fc.integer({ min: 1, max: 16 }),
        (count, seed, [column, value, code], batchRows) => {
          const at = seed % count
          const rows = Array.from({ length: count }, (_, i) => (i === at ? { ...row(`${i}`), [column]: value } : row(`${i}`)))
          const result = mapTable(mapper, tableOf(rows), { batchRows })
          expect(shortIssues(result.issues)).toEqual([`${code}@${at + 1}:${column}`])
          expect(result.rejected).toBe(1)
        },
      ),
    )
  })
})
