import { describe, expect, it } from 'vitest'
import { MappingError } from '../../../src/errors.js'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import type { Column } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import { asOf, file, mapTable, shortIssues, textTable, typedTable } from '../map-table.js'

const clicks = modelSchema({
  model: 'click-through',
  modelType: 'score_categorical',
  environment: 'production',
  schema: {
    prediction_id: 'id',
    timestamp: 'ts',
    prediction_label: 'label',
    actual_label: 'actual',
    prediction_score: 'score',
    features: 'feature/',
    tags: 'tag/',
    shap_values: 'shap/',
  },
})

const clickCells = {
  id: ['007', '8', '9'],
  ts: ['1710000000', '2024-03-09T16:00:00.5+01:00', '1710000000.25'],
  label: ['1.0', 'true', ''],
  actual: [null, 'x', 'y'],
  score: ['0.5', '0', null],
  'feature/bank': ['A', null, ''],
  'feature/age': ['31', '32', '33'],
  'tag/zone': ['n', 's', 'ö'],
  'shap/age': ['0.25', null, '-1'],
  ignored: ['1', '2', '3'],
}

const failure = (run: () => unknown): MappingError => {
  try {
    run()
  } catch (error) {
    if (error instanceof MappingError) return error
    throw error
  }
  throw new Error('did not throw')
}

describe('records of a text file', () => {
  const result = mapTable(clicks, textTable(clickCells, { 'feature/age': { kind: 'int64' } }))

  it('has exactly the keys of the schema, in one order', () => {
    expect(Object.keys(result.records[0] ?? {})).toEqual([
      'model',
      'space',
      'environment',
      'model_version',
      'batch_id',
      'prediction_id',
      'timestamp',
      'features',
      'prediction_label',
      'prediction_score',
      'actual_label',
      'tags',
      'shap_values',
    ])
  })

  it('keeps ids and labels as text exactly, and tells null, zero and empty apart', () => {
    expect(result.issues).toEqual([])
    expect(result.records).toEqual([
      {
        model: 'click-through',
        space: null,
        environment: 'production',
        model_version: 'no_version',
        batch_id: null,
        prediction_id: '007',
        timestamp: new Date(1710000000_000),
        prediction_label: '1.0',
        prediction_score: 0.5,
        actual_label: null,
        features: { bank: 'A', age: 31 },
        tags: { zone: 'n' },
        shap_values: { age: 0.25 },
      },
      {
        model: 'click-through',
        space: null,
        environment: 'production',
        model_version: 'no_version',
        batch_id: null,
        prediction_id: '8',
        timestamp: new Date('2024-03-09T15:00:00.500Z'),
        prediction_label: 'true',
        prediction_score: 0,
        actual_label: 'x',
        features: { bank: null, age: 32 },
        tags: { zone: 's' },
        shap_values: { age: null },
      },
      {
        model: 'click-through',
        space: null,
        environment: 'production',
        model_version: 'no_version',
        batch_id: null,
        prediction_id: '9',
        timestamp: new Date(1710000000_250),
        prediction_label: '',
        prediction_score: null,
        actual_label: 'y',
        features: { bank: '', age: 33 },
        tags: { zone: 'ö' },
        shap_values: { age: -1 },
      },
    ])
  })

  it('reads only the columns it maps, as what the fields want', () => {
    expect(result.mapping.reads.map(({ index, as }) => `${index}:${as.kind}`)).toEqual([
      '0:utf8',
      '1:utf8',
      '2:utf8',
      '3:utf8',
      '4:float64',
      '5:utf8',
      '6:int64',
      '7:utf8',
      '8:float64',
    ])
    expect(result.mapping.warnings).toEqual([])
  })

  it('gives columns under the keys of the record', () => {
    expect(result.values[0]).toMatchObject({
      model: ['click-through', 'click-through', 'click-through'],
      space: [null, null, null],
      features: { age: [31, 32, 33] },
      timestamp: [new Date(1710000000_000), new Date('2024-03-09T15:00:00.500Z'), new Date(1710000000_250)],
    })
  })
})

describe('types of typed files', () => {
  const numeric = modelSchema({
    model: 'delay',
    space: 'team',
    modelType: 'numeric',
    environment: 'production',
    version: 'v1',
    schema: { prediction_id: 'id', timestamp: 'ts', prediction_score: 'p', actual_score: 'a', version: 'v', tags_list: ['t'] },
  })

  it('turns integers to text ids, any number to float64 scores, and infers features', () => {
    const { records, issues } = mapTable(
      numeric,
      typedTable(
        ['id', { kind: 'int64' }, [12n, 2n ** 60n, 0n]],
        ['ts', { kind: 'timestamp', unit: 'ms', timezone: 'UTC' }, [asOf.getTime(), asOf.getTime() - 1, 1710000000123]],
        ['p', { kind: 'int32' }, [1, null, 3]],
        ['a', { kind: 'decimal', precision: 5, scale: 2 }, [150n, -25n, null]],
        ['v', { kind: 'utf8' }, ['v2', null, 'ü']],
        ['t', { kind: 'bool' }, [true, false, null]],
        ['f', { kind: 'int64' }, [2n ** 53n - 1n, 2n ** 53n, null]],
        ['d', { kind: 'decimal', precision: 5, scale: 1 }, [15n, 1n, null]],
        ['words', { kind: 'list', item: { kind: 'utf8' } }, [['a', 'b'], [], null]],
      ),
    )
    expect(issues).toEqual([])
    expect(
      records.map((r) => [r.prediction_id, r.timestamp.getTime(), r.prediction_score, r.actual_score, r.model_version, r.tags.t]),
    ).toEqual([
      ['12', asOf.getTime(), 1, 1.5, 'v2', true],
      ['1152921504606846976', asOf.getTime() - 1, null, -0.25, 'v1', false],
      ['0', 1710000000123, 3, null, 'ü', null],
    ])
    expect(records.map((r) => r.features)).toEqual([
      { f: 2 ** 53 - 1, d: 1.5, words: ['a', 'b'] },
      { f: 2n ** 53n, d: 0.1, words: [] },
      { f: null, d: null, words: null },
    ])
    expect(records[0]?.space).toBe('team')
  })

  it('takes every native form of a time, keeps nanoseconds, and warns of a missing zone', () => {
    const schema = { prediction_id: 'id', timestamp: 'ts', prediction_score: 'p', exclude: [] } as const
    const mapper = modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema })
    const seconds = 1710000000
    const forms: [string, Parameters<typeof columnOf>[0], unknown, number][] = [
      ['s', { kind: 'timestamp', unit: 's', timezone: 'UTC' }, BigInt(seconds), seconds * 1000],
      ['us', { kind: 'timestamp', unit: 'us', timezone: 'UTC' }, BigInt(seconds) * 1_000_000n + 1_999n, seconds * 1000 + 1],
      ['ns', { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }, BigInt(seconds) * 1_000_000_000n + 1n, seconds * 1000],
      ['date', { kind: 'date' }, 19_791, 19_791 * 86_400_000],
      ['int32', { kind: 'int32' }, seconds, seconds * 1000],
      ['int64', { kind: 'int64' }, BigInt(seconds), seconds * 1000],
      ['float64', { kind: 'float64' }, seconds + 0.5, seconds * 1000 + 500],
      ['decimal', { kind: 'decimal', precision: 18, scale: 1 }, BigInt(seconds) * 10n + 5n, seconds * 1000 + 500],
      ['utf8', { kind: 'utf8' }, '2024-03-09T16:00:00Z', seconds * 1000],
    ]
    for (const [name, type, value, ms] of forms) {
      const { records, issues, values } = mapTable(
        mapper,
        typedTable(['id', { kind: 'utf8' }, ['a']], ['ts', type, [value]], ['p', { kind: 'float64' }, [1]]),
      )
      expect([name, issues, records[0]?.timestamp.getTime()]).toEqual([name, [], ms])
      expect(values[0]).toHaveProperty('timestamp')
    }
    const naive = mapTable(
      mapper,
      typedTable(
        ['id', { kind: 'utf8' }, ['a']],
        ['ts', { kind: 'timestamp', unit: 'ns', timezone: null }, [BigInt(seconds) * 1_000_000_000n + 7n]],
        ['p', { kind: 'float64' }, [1]],
      ),
    )
    expect(shortIssues(naive.mapping.warnings ?? [])).toEqual(['timestamp-zone-missing:ts'])
  })

  it('prints labels of numbers and booleans', () => {
    const schema = { prediction_id: 'id', prediction_label: 'l' } as const
    const mapper = modelSchema({ model: 'm', modelType: 'score_categorical', environment: 'production', schema })
    const labels = (type: Parameters<typeof columnOf>[0], values: readonly unknown[]): unknown[] =>
      mapTable(mapper, typedTable(['id', { kind: 'utf8' }, values.map((_, i) => `i${i}`)], ['l', type, values])).records.map(
        (r) => r.prediction_label,
      )
    expect(labels({ kind: 'bool' }, [true, false])).toEqual(['true', 'false'])
    expect(labels({ kind: 'int64' }, [0n, -5n, 2n ** 62n])).toEqual(['0', '-5', '4611686018427387904'])
    expect(labels({ kind: 'float64' }, [0.5, 1e21, 1e300])).toEqual(['0.5', '1000000000000000000000', BigInt(1e300).toString()])
    expect(labels({ kind: 'decimal', precision: 38, scale: 30 }, [-1n])).toEqual(['-0.000000000000000000000000000001'])
  })
})

describe('defaults', () => {
  it('gives rows without a timestamp column the first claim of the file', () => {
    const schema = { prediction_id: 'id', prediction_label: 'l' } as const
    const mapper = modelSchema({ model: 'm', modelType: 'score_categorical', environment: 'production', schema })
    const { records, values } = mapTable(mapper, textTable({ id: ['a'], l: ['x'] }))
    expect(records[0]).toMatchObject({ timestamp: asOf, model_version: 'no_version', features: {} })
    expect(values[0]?.timestamp).toEqual([asOf])
  })

  it('takes a batch id from the cell, else from the job, else rejects the row', () => {
    const schema = { prediction_id: 'id', prediction_label: 'l', actual_label: 'a', batch_id: 'b' } as const
    const base = { model: 'm', modelType: 'score_categorical', environment: 'validation', schema } as const
    const table = textTable({ id: ['1', '2'], l: ['x', 'x'], a: ['x', 'x'], b: ['b1', null] })
    expect(mapTable(modelSchema({ ...base, batchId: 'b0' }), table).records.map((r) => r.batch_id)).toEqual(['b1', 'b0'])
    expect(shortIssues(mapTable(modelSchema(base), table).issues)).toEqual(['batch-id-missing@2:b'])
  })
})

describe('columns that do not fit', () => {
  it('names everything at once, with the nearest names', () => {
    const error = failure(() => mapTable(clicks, textTable({ ID: ['1'], ts: ['1'], lable: ['x'], 'feature/': ['1'], 'feature/a': ['1'] })))
    expect(error.code).toBe('SCHEMA_MISMATCH')
    expect(error.location.key).toBe(file.key)
    expect(shortIssues(error.issues)).toEqual([
      'column-missing:id',
      'column-missing:label',
      'column-missing:score',
      'column-missing:actual',
      'suffix-empty:feature/',
      'prefix-unmatched',
      'prefix-unmatched',
    ])
    expect(error.issues[0]).toMatchObject({ field: 'prediction_id', fix: { action: 'rename', field: 'prediction_id', column: 'ID' } })
    expect(error.issues[1]?.remedy).toContain('Did you mean "lable"?')
  })

  it('refuses repeated names that it reads, and no others', () => {
    const twice = (name: string): ReturnType<typeof textTable> => {
      const { columns } = textTable({ ...clickCells })
      const column = columns.find((each) => each.name === name)
      return { columns: column === undefined ? columns : [...columns, column] }
    }
    expect(shortIssues(failure(() => mapTable(clicks, twice('label'))).issues)).toEqual(['column-repeated:label'])
    expect(shortIssues(failure(() => mapTable(clicks, twice('feature/bank'))).issues)).toEqual(['column-repeated:feature/bank'])
    expect(mapTable(clicks, twice('ignored')).records).toHaveLength(3)
  })

  it('wants features where a prefix is given', () => {
    const { 'feature/bank': _, 'feature/age': __, ...rest } = clickCells
    expect(shortIssues(failure(() => mapTable(clicks, textTable(rest))).issues)).toEqual(['features-unmatched'])
  })

  it('gives a column to the longest prefix, and to its name before any prefix', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'f/id', prediction_label: 'l', features: 'f/', tags: 'f/tag/' },
    })
    const { records } = mapTable(mapper, textTable({ 'f/id': ['1'], l: ['x'], 'f/a': ['1'], 'f/tag/b': ['2'], 'f/tag': ['3'] }))
    expect(records[0]).toMatchObject({ prediction_id: '1', features: { a: '1', tag: '3' }, tags: { b: '2' } })
  })

  it('infers features from what is left, without what is excluded', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'l', tags: 't/', exclude: ['user', 'nobody'] },
    })
    const table = textTable(
      { id: ['1'], l: ['x'], user: ['u'], 't/a': ['t'], state: ['NY'], day: ['2024-01-01'], n: ['1'] },
      { day: { kind: 'date' }, n: { kind: 'bool' } },
    )
    const { columns } = table
    const result = mapTable(mapper, { columns: columns.filter(({ name }) => name !== 'n') })
    expect(result.records[0]?.features).toEqual({ state: 'NY', day: '2024-01-01' })
    expect(shortIssues(result.mapping.warnings ?? [])).toEqual(['exclude-unmatched'])
    expect(
      shortIssues(failure(() => mapTable(mapper, { columns: [{ ...columns[0], name: '' } as (typeof columns)[0], ...columns] })).issues),
    ).toContain('column-unnamed')
  })

  it('says which types a field takes, and how to leave a feature out', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p' },
    })
    const error = failure(() =>
      mapTable(
        mapper,
        typedTable(
          ['id', { kind: 'bool' }, [true]],
          ['p', { kind: 'utf8' }, ['1']],
          ['blob', { kind: 'binary' }, [new Uint8Array(1)]],
          ['v', { kind: 'fixedList', size: 2, item: { kind: 'float32' } }, [[1, 2]]],
        ),
      ),
    )
    expect(shortIssues(error.issues)).toEqual(['column-type:id', 'column-type:p', 'column-type:blob', 'column-type:v'])
    expect(error.issues[1]?.message).toBe('prediction_score (column "p") holds text; expected numbers.')
    expect(error.issues[3]).toMatchObject({ fix: { action: 'add', field: 'exclude', column: 'v' } })
  })

  it('lets column_types win over what a field wants, for text files', () => {
    const declared = (types: Record<string, 'string' | 'float64' | 'int64' | 'bool' | 'timestamp' | 'date'>) =>
      modelSchema({
        model: 'm',
        modelType: 'score_categorical',
        environment: 'production',
        schema: { prediction_id: 'id', prediction_label: 'l', timestamp: 't', features: 'f/', column_types: types },
      })
    const table = textTable({ id: ['007'], l: ['1'], t: ['2024-01-01'], 'f/x': ['5'] }, { 'f/x': { kind: 'int64' } })
    const { records } = mapTable(declared({ id: 'int64', t: 'date', 'f/x': 'string' }), table)
    expect(records[0]).toMatchObject({ prediction_id: '7', timestamp: new Date('2024-01-01'), features: { x: '5' } })
    expect(shortIssues(failure(() => mapTable(declared({ t: 'bool' }), table)).issues)).toEqual(['column-type:t'])
    const typo = mapTable(declared({ t: 'timestamp', tt: 'date' }), table)
    expect(shortIssues(typo.mapping.warnings ?? [])).toEqual(['column-type-unused'])
  })

  it('shares a column between two fields that read it alike', () => {
    const mapper = (prediction_score: string) =>
      modelSchema({
        model: 'm',
        modelType: 'score_categorical',
        environment: 'production',
        schema: { prediction_id: 'id', prediction_label: 'l', actual_label: 'l', prediction_score, features_list: ['l', 'p'] },
      })
    const table = textTable({ id: ['', '2'], l: ['x', 'y'], p: ['0.5', '1'] })
    const { records } = mapTable(mapper('p'), table)
    expect(records).toMatchObject([{ prediction_label: 'y', actual_label: 'y', prediction_score: 1, features: { l: 'y', p: 1 } }])
    expect(shortIssues(failure(() => mapTable(mapper('l'), table)).issues)).toEqual(['column-shared:l'])
  })
})

describe('signature', () => {
  const of = (version?: string, score = 'p') =>
    modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      version,
      schema: { prediction_id: 'id', prediction_score: score, tags: undefined },
    }).signature
  it('is equal for equal meaning only', () => {
    expect(of()).toMatch(/^[0-9a-f]{64}$/)
    expect(of('no_version')).toBe(of())
    expect(of('2')).not.toBe(of())
    expect(of(undefined, 'q')).not.toBe(of())
  })
})

describe('columns of plug-ins', () => {
  it('takes values, and says which cell is of another type', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p', timestamp: 'ts' },
    })
    const values = (...cells: unknown[]): Column => ({ kind: 'values', length: cells.length, validity: null, values: cells })
    const schema = {
      columns: [
        { name: 'id', type: { kind: 'utf8' as const }, nullable: true },
        { name: 'p', type: { kind: 'float64' as const }, nullable: true },
        { name: 'ts', type: { kind: 'timestamp' as const, unit: 'us' as const, timezone: 'UTC' }, nullable: true },
      ],
    }
    const mapping = mapper.compile(schema, file)
    const { accepted, rejected } = mapping.apply({
      rowCount: 3,
      firstRow: 1,
      schema,
      columns: [values('a', 2, 'c'), values(1, 2, 'x'), values(asOf, asOf, asOf)],
    })
    expect(mapping.build(accepted, 0, accepted.rowCount)).toMatchObject([{ prediction_id: 'a', prediction_score: 1, timestamp: asOf }])
    expect(rejected.rowCount).toBe(2)
    expect(rejected.issues?.table[rejected.issues.checks[0] ?? 0]?.code).toBe('value-type')
  })

  it('refuses a column of another kind or length', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p' },
    })
    const schema = typedTable(['id', { kind: 'utf8' }, []], ['p', { kind: 'float64' }, []])
    const mapping = mapper.compile(schema, file)
    const apply = (...columns: Column[]) => failure(() => mapping.apply({ rowCount: 1, firstRow: 1, schema, columns })).code
    expect(apply(columnOf({ kind: 'utf8' }, ['a']), columnOf({ kind: 'utf8' }, ['1']))).toBe('MAPPER_FAILED')
    expect(apply(columnOf({ kind: 'utf8' }, ['a']))).toBe('MAPPER_FAILED')
  })
})
