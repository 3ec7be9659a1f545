import { describe, expect, it } from 'vitest'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import { toValues } from '../../../src/model/cell.js'
import type { Column } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import type { DataType } from '../../../src/model/data-type.js'
import { sliceColumn } from '../../../src/model/slice-column.js'
import { mapTable, shortIssues, textTable, typedTable } from '../map-table.js'

const utf8: DataType = { kind: 'utf8' }
const float64: DataType = { kind: 'float64' }
const listOf = (item: DataType): DataType => ({ kind: 'list', item })
const classes = listOf({
  kind: 'struct',
  fields: [
    { name: 'score', type: { kind: 'float32' }, nullable: true },
    { name: 'class_name', type: utf8, nullable: true },
  ],
})
const classMap = listOf({
  kind: 'struct',
  fields: [
    { name: 'key', type: utf8, nullable: false },
    { name: 'value', type: { kind: 'int32' }, nullable: true },
  ],
})
/** Records as plain values: typed arrays as lists. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v: unknown) => (ArrayBuffer.isView(v) ? Array.from(v as unknown as number[]) : v)))

describe('multi_class', () => {
  const mapper = modelSchema({
    model: 'genre',
    modelType: 'multi_class',
    environment: 'production',
    schema: { prediction_id: 'id', prediction_scores: 'p', threshold_scores: 't', actual_scores: 'a', features: 'f/' },
  })
  const jazz = '[{"class_name":"jazz","score":0.81},{"class_name":"rock","score":0.42}]'

  it('reads lists of pairs, maps, and JSON text of either, into one form', () => {
    const text = textTable({
      id: ['1', '2'],
      p: [jazz, '{"pop":1}'],
      t: ['{"rock":0.4,"jazz":0.5}', '{"pop":0.5}'],
      a: ['[{"class_name":"rock","score":1}]', null],
      'f/x': ['a', 'b'],
    })
    const typed = typedTable(
      ['id', utf8, ['1', '2']],
      [
        'p',
        classes,
        [
          [
            { class_name: 'jazz', score: 0.8125 },
            { class_name: 'rock', score: 0.5 },
          ],
          [{ class_name: 'pop', score: 1 }],
        ],
      ],
      [
        't',
        { kind: 'fixedList', size: 1, item: classes.kind === 'list' ? classes.item : utf8 },
        [null, [{ class_name: 'pop', score: 0.5 }]],
      ],
      ['a', classMap, [[{ key: 'rock', value: 1 }], null]],
      ['f/x', utf8, ['a', 'b']],
    )
    const fromText = mapTable(mapper, text)
    expect(shortIssues(fromText.issues)).toEqual([])
    expect(plain(fromText.records.map((r) => [r.prediction_scores, r.threshold_scores, r.actual_scores]))).toEqual([
      [
        [
          { class_name: 'jazz', score: 0.81 },
          { class_name: 'rock', score: 0.42 },
        ],
        [
          { class_name: 'rock', score: 0.4 },
          { class_name: 'jazz', score: 0.5 },
        ],
        [{ class_name: 'rock', score: 1 }],
      ],
      [[{ class_name: 'pop', score: 1 }], [{ class_name: 'pop', score: 0.5 }], null],
    ])
    const fromTyped = mapTable(mapper, typed)
    // The first row has a prediction without thresholds.
    expect(shortIssues(fromTyped.issues)).toEqual(['threshold-classes@1:t'])
    expect(plain(fromTyped.records.map((r) => [r.prediction_scores, r.threshold_scores, r.actual_scores]))).toEqual([
      [[{ class_name: 'pop', score: 1 }], [{ class_name: 'pop', score: 0.5 }], null],
    ])
  })

  it('works without thresholds, for one label', () => {
    const single = modelSchema({
      model: 'm',
      modelType: 'multi_class',
      environment: 'training',
      schema: { prediction_id: 'id', prediction_scores: 'p', actual_scores: 'a' },
    })
    const { records, issues } = mapTable(single, textTable({ id: ['1', '2'], p: [jazz, jazz], a: ['{"jazz":1}', null] }))
    expect(shortIssues(issues)).toEqual(['actual-missing@2'])
    expect(records).toHaveLength(1)
  })
})

describe('ranking', () => {
  const ranking = (schema: { column_types?: Record<string, 'string_list'> } = {}) =>
    modelSchema({
      model: 'search',
      modelType: 'ranking',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_group_id: 'g', rank: 'r', relevance_label: 'l', relevance_score: 's', ...schema },
    })

  it('has whole ranks, labels or lists of labels', () => {
    const cells = { id: ['1', '2', '3'], g: ['a', 'a', 'b'], r: ['1', '2', '1'], l: ['click', null, 'save'], s: ['1', '0', null] }
    const { records, issues } = mapTable(ranking(), textTable(cells))
    expect(issues).toEqual([])
    expect(records.map((r) => [r.prediction_group_id, r.rank, r.relevance_label, r.relevance_score])).toEqual([
      ['a', 1, 'click', 1],
      ['a', 2, null, 0],
      ['b', 1, 'save', null],
    ])
    const lists = textTable({ ...cells, l: ['["click","save"]', null, '[]'] })
    const declared = mapTable(ranking({ column_types: { l: 'string_list' } }), lists)
    expect(shortIssues(declared.issues)).toEqual(['relevance-label-empty@3:l'])
    expect(declared.records.map((r) => r.relevance_label)).toEqual([['click', 'save'], null])
    const typed = typedTable(
      ['id', { kind: 'int32' }, [1, 2]],
      ['g', { kind: 'int64' }, [7n, 7n]],
      ['r', float64, [1, 2]],
      ['l', listOf(utf8), [['a', 'b'], null]],
      ['s', float64, [1, 2]],
    )
    expect(mapTable(ranking(), typed).records.map((r) => [r.prediction_group_id, r.rank, r.relevance_label])).toEqual([
      ['7', 1, ['a', 'b']],
      ['7', 2, null],
    ])
  })

  it('finds a rank twice in a group, batches apart, and lets rejected rows take none', () => {
    const ids = Array.from({ length: 30 }, (_, i) => `${i}`)
    const cells = {
      id: ids,
      g: ids.map((_, i) => `g${i % 3}`),
      r: ids.map((_, i) => `${Math.floor(i / 3) + 1}`),
      l: ids.map(() => 'x'),
      s: ids.map(() => '1'),
    }
    const table = (changes: { r?: [number, string]; id?: [number, string] }) => {
      const changed = structuredClone(cells)
      for (const [name, change] of Object.entries(changes)) changed[name as 'r'][change[0]] = change[1]
      return textTable(changed)
    }
    for (const batchRows of [1, 7, 100]) {
      expect(mapTable(ranking(), table({}), { batchRows }).issues).toEqual([])
      expect(shortIssues(mapTable(ranking(), table({ r: [29, '2'] }), { batchRows }).issues)).toEqual(['rank-repeated@30:r'])
      // Row 6 has rank 2 of the group, and is refused for its id.
      expect(shortIssues(mapTable(ranking(), table({ r: [29, '2'], id: [5, ''] }), { batchRows }).issues)).toEqual(['id-missing@6:id'])
    }
  })

  it('may have delayed relevance without group and rank', () => {
    const delayed = modelSchema({
      model: 'm',
      modelType: 'ranking',
      environment: 'production',
      schema: { prediction_id: 'id', relevance_score: 's' },
    })
    expect(mapTable(delayed, textTable({ id: ['1'], s: ['0'], other: ['x'] })).records).toMatchObject([
      { relevance_score: 0, features: {} },
    ])
  })
})

describe('object_detection', () => {
  const mapper = modelSchema({
    model: 'street',
    modelType: 'object_detection',
    environment: 'production',
    schema: {
      prediction_id: 'id',
      prediction_object_detection: { coordinates_column: 'pb', categories_column: 'pc', scores_column: 'ps' },
      actual_object_detection: { coordinates_column: 'ab', categories_column: 'ac' },
      embedding_features: [{ feature_name: 'image', vector_column: 'v', link_to_data_column: 'url' }],
    },
  })

  it('reads boxes of lists and of JSON text', () => {
    const typed = typedTable(
      ['id', utf8, ['1', '2']],
      ['pb', listOf(listOf({ kind: 'int32' })), [[[0, 0, 10, 20]], []]],
      ['pc', listOf(utf8), [['car'], []]],
      ['ps', listOf({ kind: 'float32' }), [[0.5], []]],
      [
        'ab',
        listOf({ kind: 'fixedList', size: 4, item: float64 }),
        [
          [
            [1, 2, 3, 4],
            [0, 0, 1, 1],
          ],
          null,
        ],
      ],
      ['ac', listOf(utf8), [['car', ''], null]],
      ['v', { kind: 'fixedList', size: 2, item: { kind: 'float32' } }, [[0.5, 0.25], null]],
      ['url', utf8, ['https://example.com/1.png', null]],
    )
    const text = textTable({
      id: ['1', '2'],
      pb: ['[[0,0,10,20]]', '[]'],
      pc: ['["car"]', '[]'],
      ps: ['[0.5]', '[]'],
      ab: ['[[1,2,3,4],[0,0,1,1]]', null],
      ac: ['["car",""]', null],
      v: ['[0.5,0.25]', null],
      url: ['https://example.com/1.png', null],
    })
    for (const table of [typed, text]) {
      const { records, issues } = mapTable(mapper, table)
      expect(shortIssues(issues)).toEqual([])
      expect(plain(records.map((r) => [r.prediction_object_detection, r.actual_object_detection, r.embedding_features]))).toEqual([
        [
          { coordinates: [[0, 0, 10, 20]], categories: ['car'], scores: [0.5] },
          {
            coordinates: [
              [1, 2, 3, 4],
              [0, 0, 1, 1],
            ],
            categories: ['car', ''],
          },
          { image: { vector: [0.5, 0.25], link_to_data: 'https://example.com/1.png' } },
        ],
        [{ coordinates: [], categories: [], scores: [] }, null, { image: null }],
      ])
    }
    expect(mapTable(mapper, typed).records[0]?.embedding_features.image?.vector).toBeInstanceOf(Float32Array)
  })

  it('reads polygons, with boxes beside them', () => {
    const segments = modelSchema({
      model: 'm',
      modelType: 'object_detection',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { polygons_column: 'p', coordinates_column: 'b', categories_column: 'c' },
      },
    })
    const { records, issues } = mapTable(
      segments,
      textTable({ id: ['1'], p: ['[[0,0,10,0,10,10]]'], b: ['[[0,0,10,10]]'], c: ['["sky"]'] }),
    )
    expect(issues).toEqual([])
    expect(plain(records[0]?.prediction_object_detection)).toEqual({
      coordinates: [[0, 0, 10, 10]],
      polygons: [[0, 0, 10, 0, 10, 10]],
      categories: ['sky'],
    })
  })
})

describe('generative_llm', () => {
  it('has prompts, counts and cut texts', () => {
    const mapper = modelSchema({
      model: 'assistant',
      modelType: 'generative_llm',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        prediction_label: 'l',
        prompt_template: 't',
        llm_model_name: 'm',
        llm_params: 'p',
        total_token_count: 'n',
      },
    })
    const cells = {
      id: ['1', '2'],
      l: ['good', 'bad'],
      t: ['Answer {q}', 'é'.repeat(5_001)],
      m: ['ä'.repeat(50), 'x'.repeat(51)],
      p: ['{"temperature":0}', null],
      n: ['12', null],
    }
    const { records, issues } = mapTable(mapper, textTable(cells))
    expect(shortIssues(issues)).toEqual(['text-truncated@2:t', 'text-truncated@2:m'])
    expect(records.map((r) => [r.prompt_template?.length, r.llm_model_name, r.llm_params, r.total_token_count])).toEqual([
      [10, 'ä'.repeat(50), '{"temperature":0}', 12],
      [5_000, 'x'.repeat(50), null, null],
    ])
  })
})

describe('embeddings', () => {
  const mapper = modelSchema({
    model: 'm',
    modelType: 'score_categorical',
    environment: 'production',
    schema: {
      prediction_id: 'id',
      prediction_label: 'l',
      embedding_features: [
        { feature_name: 'text', vector_column: 'v', raw_data_column: 'raw', link_to_data_column: 'link' },
        { feature_name: 'other', vector_column: 'w' },
      ],
      column_types: { raw: 'string_list' },
    },
  })

  it('are not inferred as features; tokens are cut to 5,000 characters', () => {
    const table = textTable({
      id: ['1', '2'],
      l: ['x', 'y'],
      v: ['[1,2]', null],
      raw: [JSON.stringify(['a'.repeat(4_999), 'bcd', 'e']), '["x"]'],
      link: [null, 'l'],
      w: ['[1e-3, 2, 3]', '[4,5]'],
      f: ['f', 'g'],
    })
    const { records, issues } = mapTable(mapper, table)
    expect(shortIssues(issues)).toEqual(['raw-data-truncated@1:raw'])
    expect(records.map((r) => r.features)).toEqual([{ f: 'f' }, { f: 'g' }])
    expect(plain(records.map((r) => r.embedding_features))).toEqual([
      { text: { vector: [1, 2], raw_data: ['a'.repeat(4_999), 'b'], link_to_data: null }, other: { vector: [0.001, 2, 3] } },
      { text: null, other: { vector: [4, 5] } },
    ])
    expect(Object.getPrototypeOf(records[0]?.embedding_features)).not.toBe(Object.prototype)
  })

  it('of slices of a large batch show their own rows', () => {
    const vectors = Array.from({ length: 100 }, (_, i) => [i, i + 1])
    const table = typedTable(
      ['id', utf8, vectors.map((_, i) => `${i}`)],
      ['l', utf8, vectors.map(() => 'x')],
      ['v', listOf({ kind: 'float32' }), vectors],
      ['raw', utf8, vectors.map(() => '["t"]')],
      ['link', utf8, vectors.map(() => 'l')],
      ['w', listOf(float64), vectors],
    )
    // Each batch as the second half of one twice as large.
    const within = (column: Column, i: number): Column => {
      const { type } = table.columns[i] as (typeof table.columns)[0]
      return sliceColumn(columnOf(type, [...toValues(column), ...toValues(column)]), column.length, 2 * column.length)
    }
    let n = 0
    const { records } = mapTable(mapper, table, { change: (column) => within(column, n++ % 6) })
    expect(records.map(({ embedding_features: { text, other } }) => plain([text?.vector, other?.vector]))).toEqual(
      vectors.map((v) => [v, v]),
    )
  })
})
