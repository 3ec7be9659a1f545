import { Field, List, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ImportError,
  modelSchema,
  parseModelSchema,
  previewSchema,
  type SchemaSuggestion,
  type SuggestOptions,
  suggestionText,
  suggestSchema,
} from '../../src/index.js'
import { arrowFile, avroFile, parquetFile } from './four-formats.js'

const asOf = new Date('2026-02-01T00:00:00Z')
const inline: SuggestOptions = { isolation: 'inline', asOf }

type Row = Readonly<Record<string, string | number | boolean | null | undefined>>
const written = (value: Row[string]): string => (value === null || value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`)
function csv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] as Row)
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((cells) => cells.map(written).join(',')).join('\n')
}
const many = (row: (i: number) => Row, count = 40): string => csv(Array.from({ length: count }, (_, i) => row(i)))
const suggest = (content: string, name = 'file.csv', options: SuggestOptions = {}): Promise<SchemaSuggestion> =>
  suggestSchema({ name, bytes: content }, { ...inline, ...options })
const json = (value: unknown): string => JSON.stringify(value)
const questionsOf = ({ questions }: SchemaSuggestion): string[] => questions.map(({ about }) => about)

/** Real-life files, and all that is proposed for them. */
const cases: readonly {
  readonly name: string
  readonly content: string
  readonly file?: string
  readonly options: object
  readonly asks?: readonly string[]
}[] = [
  {
    name: 'a classification with prefixes, from a path that says the model',
    file: 'click-thru-rate/production/v1/11-19-2022.csv',
    content: many((i) => ({
      id: i,
      ts: 1_768_000_000 + i,
      label: 'click',
      actual: i % 2 ? 'click' : 'no',
      score: i / 100,
      'feature/n': i,
      'tag/zone': 'eu',
      'shap/n': 0.5,
    })),
    options: {
      model: 'click-thru-rate',
      modelType: 'score_categorical',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        timestamp: 'ts',
        prediction_label: 'label',
        prediction_score: 'score',
        actual_label: 'actual',
        features: 'feature/',
        tags: 'tag/',
        shap_values: 'shap/',
      },
    },
    asks: ['prediction_label', 'model'],
  },
  {
    name: 'inferred features beside columns that are none',
    content: many((i) => ({
      prediction_id: `p${i}`,
      prediction_label: i % 2 ? 'good' : 'bad',
      user_id: `u${i}`,
      industry: 'x',
      age: i,
      day: '2026-01-05T10:00:00Z',
      born: '1990-01-01',
      session: `0b9e5c4e-0000-4000-8000-0000000000${10 + i}`,
    })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'prediction_id', prediction_label: 'prediction_label', exclude: ['day', 'born', 'user_id', 'session'] },
    },
    asks: ['exclude', 'actual_label', 'model'],
  },
  {
    name: 'a regression',
    content: many((i) => ({ id: i, y_true: i * 1.5, y_pred: i * 1.4, rooms: i % 5 })),
    options: {
      model: 'file',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'y_pred', actual_score: 'y_true' },
    },
    asks: ['modelType', 'model'],
  },
  {
    name: 'probabilities and true values of 0 and 1',
    file: 'fraud/training/2026.csv',
    content: many((i) => ({ id: i, prediction: (i + 0.5) / 50, target: i % 2 })),
    options: {
      model: 'fraud',
      modelType: 'score_categorical',
      environment: 'training',
      schema: { prediction_id: 'id', prediction_score: 'prediction', actual_label: 'target' },
    },
    asks: ['modelType', 'model'],
  },
  {
    name: 'delayed actuals',
    file: 's3/click-thru-rate/production/actuals/12-1-2022.csv',
    content: many((i) => ({ prediction_id: i, actual_label: 'click', price: i })),
    options: {
      model: 'click-thru-rate',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'prediction_id', actual_label: 'actual_label' },
    },
    asks: ['prediction_label', 'model'],
  },
  {
    name: 'SHAP values alone',
    content: many((i) => ({ prediction_id: i, 'shap.age': 0.5, 'shap.n': -0.5 })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'prediction_id', shap_values: 'shap.' },
    },
  },
  {
    name: 'ranking',
    content: many((i) => ({
      prediction_id: i,
      query_id: `q${Math.floor(i / 10)}`,
      rank: (i % 10) + 1,
      prediction_score: 0.5,
      relevance: i % 3,
      price: i,
    })),
    options: {
      model: 'file',
      modelType: 'ranking',
      environment: 'production',
      schema: {
        prediction_id: 'prediction_id',
        prediction_group_id: 'query_id',
        rank: 'rank',
        prediction_score: 'prediction_score',
        relevance_score: 'relevance',
      },
    },
    asks: ['model'],
  },
  {
    name: 'multi-label classes',
    content: many((i) => ({
      id: i,
      prediction_scores: json([{ class_name: 'jazz', score: 0.8 }]),
      threshold_scores: json([{ class_name: 'jazz', score: 0.5 }]),
      actual_scores: json([{ class_name: 'jazz', score: i % 2 }]),
    })),
    options: {
      model: 'file',
      modelType: 'multi_class',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        prediction_scores: 'prediction_scores',
        actual_scores: 'actual_scores',
        threshold_scores: 'threshold_scores',
      },
    },
    asks: ['model'],
  },
  {
    name: 'boxes with an embedding of the image',
    content: many((i) => ({
      id: i,
      boxes: json(i % 2 ? [] : [[1, 2, 3, 4]]),
      categories: json(i % 2 ? [] : ['car']),
      scores: json(i % 2 ? [] : [0.9]),
      actual_boxes: json([[1, 2, 3, 5]]),
      actual_categories: json(['car']),
      image_vector: json([i, 0.5, 1]),
      image_url: `https://example.test/${i}`,
    })),
    options: {
      model: 'file',
      modelType: 'object_detection',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { coordinates_column: 'boxes', categories_column: 'categories', scores_column: 'scores' },
        actual_object_detection: { coordinates_column: 'actual_boxes', categories_column: 'actual_categories' },
        embedding_features: [{ feature_name: 'image', vector_column: 'image_vector', link_to_data_column: 'image_url' }],
      },
    },
    asks: ['model'],
  },
  {
    name: 'a language model',
    content: many((i) => ({
      request_id: `r${i}`,
      prompt_template: 't',
      llm_model_name: 'm',
      response: `answer ${i}`,
      prompt: `hi ${i}`,
      total_tokens: i,
    })),
    options: {
      model: 'file',
      modelType: 'generative_llm',
      environment: 'production',
      schema: {
        prediction_id: 'request_id',
        prediction_label: 'response',
        prompt_template: 'prompt_template',
        llm_model_name: 'llm_model_name',
        total_token_count: 'total_tokens',
      },
    },
  },
  {
    name: 'validation data, named by its file',
    file: 'fraud/validation/spring.csv',
    content: many((i) => ({ id: i, predicted_class: 'a', true_class: 'b' })),
    options: {
      model: 'fraud',
      modelType: 'score_categorical',
      environment: 'validation',
      batchId: 'spring',
      schema: { prediction_id: 'id', prediction_label: 'predicted_class', actual_label: 'true_class' },
    },
    asks: ['batchId', 'model'],
  },
  {
    name: 'times long ago',
    content: many((i) => ({ id: i, predicted_class: 'a', timestamp: '2013-01-05T10:00:00Z' })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      timestampWindow: { past: 14, future: 1 },
      schema: { prediction_id: 'id', timestamp: 'timestamp', prediction_label: 'predicted_class' },
    },
    asks: ['timestampWindow', 'actual_label', 'model'],
  },
  {
    name: 'times in milliseconds, which cannot be taken',
    content: many((i) => ({ id: i, predicted_class: 'a', timestamp: 1_768_000_000_000 + i, age: i })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'predicted_class', exclude: ['timestamp'] },
    },
    asks: ['timestamp', 'actual_label', 'model'],
  },
  {
    name: 'JSON lists of text as a feature',
    content: many((i) => ({ id: i, predicted_class: 'a', actual: 'b', words: json(['red', 'shoe']) })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'predicted_class', actual_label: 'actual', column_types: { words: 'string_list' } },
    },
  },
  {
    name: 'a time that most rows have not',
    content: many((i) => ({ id: i, predicted_class: 'a', actual: 'b', ts: i % 2 ? null : 1_768_000_000, age: i })),
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'predicted_class', actual_label: 'actual', exclude: ['ts'] },
    },
    asks: ['model', 'timestamp'],
  },
  {
    name: 'columns without names, and names that stand twice',
    content: `,id,predicted_class,x,x\n${Array.from({ length: 20 }, (_, i) => `${i},${i},a,1,2`).join('\n')}`,
    options: {
      model: 'file',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'predicted_class', exclude: ['', 'x'] },
    },
    asks: ['exclude', 'actual_label', 'model'],
  },
]

describe('a suggestion', () => {
  test.each(cases)('for $name', async ({ content, file, options, asks }) => {
    const suggestion = await suggest(content, file)
    expect(suggestion.options).toEqual(options)
    if (asks !== undefined) expect(questionsOf(suggestion)).toEqual(asks)
    expect(suggestion.preview).toMatchObject({ ok: true, sample: { rejected: 0 } })
    expect(suggestion.preview?.issues.filter(({ severity }) => severity === 'error')).toEqual([])
    // Each key of it has a reason.
    const { schema, ...rest } = options as { schema: object; model: string; batchId?: string }
    const explained = new Set(suggestion.reasons.map(({ key }) => key))
    for (const key of [...Object.keys(schema), ...Object.keys(rest)].filter((key) => key !== 'batchId')) {
      const unexplained = suggestion.questions.some(({ about }) => about === key)
      expect([key, explained.has(key) || unexplained]).toEqual([key, true])
    }
  })

  test.each([
    ['parquet', parquetFile],
    ['avro', avroFile],
    ['arrow', arrowFile],
  ] as const)('for %s', async (_, make) => {
    const { options } = await suggestSchema(await make(), { ...inline, model: 'm' })
    expect(options).toEqual({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        timestamp: 'ts',
        prediction_score: 'score',
        tags: 'tag_',
        embedding_features: [{ feature_name: 'vector', vector_column: 'vector' }],
      },
    })
  })

  test('leaves out what no field takes: structs, maps, and lists of both', async () => {
    const inner = new Struct([new Field('a', new Utf8(), true)])
    const table = new Table({
      id: vectorFromArray(['1', '2'], new Utf8()),
      prediction: vectorFromArray(['x', 'y'], new Utf8()),
      nested: vectorFromArray([{ a: 'b' }, null], inner),
      nested_list: vectorFromArray([[{ a: 'b' }], []], new List(new Field('item', inner, true))),
    })
    const { options, preview } = await suggestSchema({ name: 'f.arrow', bytes: tableToIPC(table, 'file') }, inline)
    expect(options?.schema).toEqual({ prediction_id: 'id', prediction_label: 'prediction', exclude: ['nested', 'nested_list'] })
    expect(preview?.notMapped.map(({ examples }) => examples)).toEqual([['{ a: "b" }'], ['[{ a: "b" }]', '[]']])
  })

  test('takes what is known', async () => {
    const content = many((i) => ({ id: i, y_true: i % 2, y_pred: i % 2 }))
    const { options, questions } = await suggest(content, 'f.csv', {
      model: 'm',
      modelType: 'numeric',
      environment: 'validation',
      batchId: 'b',
    })
    expect(options).toEqual({
      model: 'm',
      modelType: 'numeric',
      environment: 'validation',
      batchId: 'b',
      schema: { prediction_id: 'id', prediction_score: 'y_pred', actual_score: 'y_true' },
    })
    expect(questions).toEqual([])
  })

  test.each([
    ['a file without ids', many((i) => ({ species: 'setosa', prediction: i % 2 })), {}, 'prediction_id'],
    ['a file with nothing to measure', many((i) => ({ id: i, a: 1 })), {}, 'prediction_label'],
    ['training data without true values', many((i) => ({ id: i, prediction: 'a' })), { environment: 'training' }, 'environment'],
    ['a model type that the file is not of', many((i) => ({ id: i, prediction: 'a' })), { modelType: 'ranking' }, 'prediction_label'],
    ['a file of a header alone, whose names say nothing', 'a,b\n', {}, 'prediction_id'],
  ] as const)('is none, with a question, for %s', async (_, content, options, about) => {
    const suggestion = await suggest(content, 'f.csv', options)
    expect([suggestion.options, suggestion.preview]).toEqual([null, null])
    expect(questionsOf(suggestion)).toContain(about)
    expect(suggestionText(suggestion)).toMatch(/^No schema can be proposed\./)
  })

  test('refuses options that nobody knows', async () => {
    const refused = (options: object): Promise<ImportError> =>
      suggest('id\n1\n', 'f.csv', options).then(
        () => Promise.reject(new Error('did not throw')),
        (error: ImportError) => error,
      )
    expect((await refused({ modelType: 'regression' })).message).toContain('modelType must be one of')
    expect((await refused({ row: 1 })).message).toContain('`row`')
  })

  test('is the same wherever the file is decoded', async () => {
    const { content, file } = cases[0] as (typeof cases)[0]
    expect(await suggest(content, file, { isolation: 'process' })).toEqual(await suggest(content, file))
  })
})

describe('whatever the file', () => {
  const names = fc.oneof(
    fc.constantFrom(
      'id',
      'prediction_id',
      'ts',
      'timestamp',
      'label',
      'prediction',
      'score',
      'actual',
      'actual_score',
      'rank',
      'query_id',
      'relevance',
      'boxes',
      'categories',
      'embedding',
      'embedding_text',
      'feature/a',
      'feature/b',
      'feature_',
      'feature/',
      'tag/a',
      'tag_b',
      'shap/a',
      'shap_b',
      'x_shap',
      'total_token_count',
      'prompt_template',
      'version',
      'batch_id',
      'scores',
      'actual_scores',
      '__proto__',
      'constructor',
      '',
      'toString',
    ),
    fc.string({ maxLength: 8 }),
  )
  const cells = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      '7',
      '0.25',
      'NaN',
      'true',
      'a',
      'b',
      '1768000000',
      '1768000000000',
      '2026-01-05T10:00:00Z',
      '2026-01-05',
      '[]',
      '{}',
      '[1,2]',
      '[[1,2,3,4]]',
      '["a"]',
    ),
    fc.constantFrom('[{"class_name":"a","score":1}]', '{"a":0.5}', '[[', '{"__proto__":1}', '0b9e5c4e-0000-4000-8000-000000000010'),
    fc.integer({ min: 0, max: 200 }).map(String),
    fc.string({ maxLength: 5 }),
  )
  const tables = fc
    .uniqueArray(names, { minLength: 1, maxLength: 8 })
    .map((header) => [...new Set(['id', 'prediction', ...header])].filter((_, i) => i > 1 || header.length % 3 > 0))
    .chain((header) =>
      fc.tuple(
        fc.constant(header),
        // A column keeps to few cells, so that columns of one shape are common.
        fc.tuple(...header.map(() => fc.array(cells, { minLength: 1, maxLength: 3 }))),
        fc.integer({ min: 0, max: 12 }),
        fc.boolean(),
      ),
    )
    .map(([header, pools, rows, ids]) => ({
      header,
      rows: Array.from({ length: rows }, (_, i) =>
        header.map((name, c) => (ids && name.endsWith('id') ? `i${i}` : (pools[c]?.[i % (pools[c]?.length ?? 1)] ?? ''))),
      ),
    }))

  test('what is proposed was mapped, and is taken by parseModelSchema and modelSchema', { timeout: 60_000 }, async () => {
    let proposed = 0
    await fc.assert(
      fc.asyncProperty(tables, async ({ header, rows }) => {
        const content = [header, ...rows].map((line) => line.map(written).join(',')).join('\n')
        const { options, preview, reasons } = await suggest(`${content}\n`)
        if (options === null) return
        proposed++
        modelSchema(parseModelSchema(JSON.parse(JSON.stringify(options))))
        expect(preview?.ok).toBe(true)
        const again = await previewSchema({ name: 'file.csv', bytes: `${content}\n` }, options, inline)
        expect(again).toEqual(preview)
        expect(reasons.length).toBeGreaterThan(2)
      }),
      { numRuns: 40 },
    )
    console.info(`${proposed} of 40 random files got a schema`)
    expect(proposed).toBeGreaterThan(10)
  })

  test('three thousand columns take a moment', async () => {
    const header = Array.from({ length: 2_997 }, (_, i) => `f${i}`)
    const content = `id,prediction,actual,${header.join(',')}\n${Array.from({ length: 20 }, (_, i) => `${i},a,b,${header.map(() => i).join(',')}`).join('\n')}\n`
    const before = performance.now()
    const { options } = await suggest(content)
    expect(options?.schema).toEqual({ prediction_id: 'id', prediction_label: 'prediction', actual_label: 'actual' })
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

describe('the text', () => {
  test('has the schema, the reasons, the questions and the preview', async () => {
    const content = many((i) => ({ id: i, label: i % 2 ? 'a' : 'b', actual: 'a', age: i }), 20)
    expect(suggestionText(await suggest(content, 'clicks/production/monday.csv'))).toBe(
      `
{
  "model": "clicks",
  "modelType": "score_categorical",
  "environment": "production",
  "schema": {
    "prediction_id": "id",
    "prediction_label": "label",
    "actual_label": "actual"
  }
}

Why
  prediction_id     sure    id             its name says so, no two of 20 rows have the same
  prediction_label  likely  label          its name says so, and it holds text
  actual_label      likely  actual         its name says so, and it holds text
  modelType         likely  label, actual  its labels are text or booleans
  features          guess   age            1 column is left over and no prefix names features: they are inferred
  environment       likely                 the path says so
  model             guess                  it is taken from the path of the file

Please answer
  prediction_label: Is "label" the predicted label? Its name could also mean what was true.
  model: What is the model called? "clicks" is taken from the path of the file.

clicks/production/monday.csv: csv, 4 columns; 20 rows looked at, 20 accepted, 0 rejected

field             column  type             empty  examples
prediction_id     id      text             0 %    0, 1, 2
prediction_label  label   text             0 %    b, a
actual_label      actual  text             0 %    a
features.age      age     64-bit integers  0 %    0, 1, 2
`.trim(),
    )
  })
})
