import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type GivenFile,
  ImportError,
  memorySource,
  type PreviewOptions,
  previewSchema,
  previewText,
  type SchemaPreview,
} from '../../src/index.js'
import { arrowFile, avroFile, parquetFile } from './four-formats.js'

const asOf = new Date('2026-02-01T00:00:00Z')
const inline: PreviewOptions = { isolation: 'inline', asOf }
const schema = {
  model: 'clicks',
  modelType: 'score_categorical',
  environment: 'production',
  schema: {
    prediction_id: 'id',
    timestamp: 'ts',
    prediction_label: 'label',
    prediction_score: 'score',
    features: 'feature/',
    tags: 'tag/',
    shap_values: 'shap/',
  },
}
const csv = [
  'id,ts,label,score,feature/device,feature/n,tag/zone,shap/n,other',
  '7,2026-01-05T10:00:00Z,click,0.5,phone,1,eu,0.1,x',
  '8,yesterday,click,high,,2,,0.2,y',
  '9,1767600000123,view,0.25,"",3,us,,z',
  '10,1767600000,view,0.25,laptop,4,us,0.4,',
].join('\n')
const file = (content: string | Uint8Array = csv, name = 'in/monday.csv'): GivenFile => ({ name, bytes: content })
const preview = (given: GivenFile = file(), options: object = schema, more: PreviewOptions = {}): Promise<SchemaPreview> =>
  previewSchema(given, options, { ...inline, ...more })

const problem = async (work: Promise<unknown>): Promise<ImportError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof ImportError) return error
    throw error
  }
  throw new Error('did not throw')
}

describe('a preview', () => {
  test('says of each mapped column its field, type, examples and share of nulls', async () => {
    const { columns, file: about, ok, sample } = await preview()
    expect(about).toEqual({ key: 'in/monday.csv', format: 'csv', size: csv.length, columns: 9, rows: null })
    expect({ ok, sample }).toEqual({ ok: true, sample: { rows: 4, accepted: 2, rejected: 2 } })
    expect(
      columns.map(({ role, name, source, by, type, nullShare, examples }) => [role, name, source, by, type, nullShare, examples]),
    ).toEqual([
      ['prediction_id', 'prediction_id', 'id', 'name', 'text', 0, ['7', '8', '9']],
      ['timestamp', 'timestamp', 'ts', 'name', 'text', 0, ['2026-01-05T10:00:00Z', 'yesterday', '1767600000123']],
      ['prediction_label', 'prediction_label', 'label', 'name', 'text', 0, ['click', 'view']],
      ['prediction_score', 'prediction_score', 'score', 'name', '64-bit floats', 0, ['0.5', 'high', '0.25']],
      ['features', 'device', 'feature/device', 'prefix', 'text', 0.25, ['phone', '""', 'laptop']],
      ['features', 'n', 'feature/n', 'prefix', '64-bit integers', 0, ['1', '2', '3']],
      ['tags', 'zone', 'tag/zone', 'prefix', 'text', 0.25, ['eu', 'us']],
      ['shap_values', 'n', 'shap/n', 'prefix', '64-bit floats', 0.25, ['0.1', '0.2', '0.4']],
    ])
  })

  test('has the problems of the sample once each, with the first row and how many, and beside their columns', async () => {
    const { issues, columns } = await preview()
    expect(issues.map(({ code, row, column }) => [code, row, column])).toEqual([
      ['timestamp-invalid', 2, 'ts'],
      ['cell-type', 2, 'score'],
      ['timestamp-milliseconds', 3, 'ts'],
    ])
    expect(issues.map((issue) => 'rows' in issue && issue.rows)).toEqual([1, 1, 1])
    const errors = Object.fromEntries(columns.map(({ source, errors: its }) => [source, its.map(({ code }) => code)]))
    expect(errors).toMatchObject({ id: [], ts: ['timestamp-invalid', 'timestamp-milliseconds'], score: ['cell-type'], label: [] })
  })

  test('tells what is not mapped, and what is reserved', async () => {
    const { schema: named, ...rest } = schema
    const { features: _, ...inferring } = named
    const inferred = await preview(file(), { ...rest, schema: { ...inferring, exclude: ['other'] } })
    expect(inferred.notMapped.map(({ source, why, examples }) => [source, why, examples])).toEqual([['other', 'excluded', ['x', 'y', 'z']]])
    expect(inferred.columns.filter(({ by }) => by === 'inference').map(({ name }) => name)).toEqual(['feature/device', 'feature/n'])
    expect(inferred.reserved).toEqual(['id', 'ts', 'label', 'score', 'tag/zone', 'shap/n'])
    expect((await preview()).notMapped.map(({ source, why }) => [source, why])).toEqual([['other', 'not named']])
  })

  test('of columns that do not fit is a preview with errors, not an exception', async () => {
    const wrong = { ...schema, schema: { ...schema.schema, prediction_label: 'lable', features: 'features/', tags: 'tags/' } }
    const { ok, columns, issues, sample } = await preview(file(), wrong)
    expect(ok).toBe(false)
    expect(sample).toEqual({ rows: 4, accepted: null, rejected: null })
    expect(issues.map(({ code, severity, fix }) => [code, severity, fix])).toEqual([
      ['column-missing', 'error', { action: 'rename', field: 'prediction_label', column: 'label' }],
      ['features-unmatched', 'error', { action: 'rename', field: 'features', column: 'feature/' }],
      ['prefix-unmatched', 'warning', { action: 'rename', field: 'tags', column: 'tag/' }],
    ])
    expect(columns.map(({ source }) => source)).toEqual(['id', 'ts', 'score', 'shap/n'])
  })

  test('takes the names that parseModelSchema takes, and refuses a schema that no file could fit', async () => {
    const aliases = {
      modelName: 'clicks',
      modelType: 'binary_classification',
      modelEnvironmentName: 'production',
      schema: { predictionId: 'id', predictionLabel: 'label', tags: 'tag/', features: 'feature/' },
    }
    expect((await preview(file(), aliases)).ok).toBe(true)
    const error = await problem(preview(file(), { ...schema, schema: { ...schema.schema, actual_lable: 'x' } }))
    expect([error.code, error.issues[0]?.remedy]).toEqual(['CONFIG_INVALID', 'Did you mean actual_label?'])
  })

  test('is plain data', async () => {
    const result = await preview()
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  test('is the same wherever the file is decoded', async () => {
    const [one, other] = await Promise.all([preview(), preview(file(), schema, { isolation: 'process' })])
    expect(other).toEqual(one)
  })

  test.each([
    ['parquet', parquetFile],
    ['avro', avroFile],
    ['arrow', arrowFile],
  ] as const)('shows %s by its own types', async (format, make) => {
    const { name, bytes } = await make()
    const typed = { ...schema, schema: { prediction_id: 'id', timestamp: 'ts', prediction_score: 'score', tags: 'tag_' } }
    const result = await preview(
      { name, bytes },
      { ...typed, schema: { ...typed.schema, embedding_features: [{ feature_name: 'e', vector_column: 'vector' }] } },
    )
    expect(result.issues).toEqual([])
    expect(result.file.format).toBe(format)
    const seen = Object.fromEntries(result.columns.map(({ name: field, type, examples, guessed }) => [field, { type, examples, guessed }]))
    expect(seen.prediction_id).toEqual({ type: 'text', examples: ['a', 'b', 'c'], guessed: false })
    expect(seen.timestamp?.type).toBe('timestamps')
    expect(seen.timestamp?.examples[0]).toBe('2026-01-05T10:00:00.000Z')
    expect(seen.prediction_score).toEqual({ type: '64-bit floats', examples: ['0.5', '0.25', '0.75'], guessed: false })
    expect(seen['e.vector']?.examples).toEqual(['[0.1, 0.2, 0.3, … 1 more]', '[1, 2, 3, … 1 more]'])
    expect(result.columns.find(({ name: field }) => field === 'zone')?.nullShare).toBeCloseTo(1 / 3)
  })
})

describe('the file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-preview-'))
    await writeFile(join(folder, 'a.csv'), csv)
    await writeFile(join(folder, 'b.csv.gz'), gzipSync(csv))
    await symlink(join(folder, 'a.csv'), join(folder, 'link.csv'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('may be a path, a URL, a link, bytes, or a key of a source', async () => {
    const expected = (await preview()).columns
    const source = memorySource({ 'x/a.csv': csv })
    const { stat: _, ...unasked } = source
    const given: GivenFile[] = [
      join(folder, 'a.csv'),
      pathToFileURL(join(folder, 'a.csv')),
      join(folder, 'link.csv'),
      join(folder, 'b.csv.gz'),
      file(gzipSync(csv), 'b.csv.gz'),
      file(new TextEncoder().encode(csv), 'b.csv'),
      { source, key: 'x/a.csv' },
      { source: { ...unasked, list: source.list, open: source.open }, key: 'x/a.csv' },
    ]
    for (const one of given) expect((await preview(one)).columns).toEqual(expected)
  })

  test.each([
    ['a path that is not there', () => join(folder, 'none.csv'), 'SOURCE_NOT_FOUND'],
    ['a folder', () => folder, 'SOURCE_NOT_FOUND'],
    ['a key that is not there', () => ({ source: memorySource({}), key: 'x.csv' }), 'SOURCE_NOT_FOUND'],
    ['an unknown extension', () => file(csv, 'a.txt'), 'FORMAT_UNKNOWN'],
    ['a content of another format', () => file('id,label\n1,a\n', 'a.parquet'), 'FORMAT_MISMATCH'],
    ['a compressed file that is read by ranges', () => file(gzipSync(csv), 'a.parquet.gz'), 'FORMAT_MISMATCH'],
    ['no file at all', () => 7 as never, 'CONFIG_INVALID'],
    ['bytes without a name', () => ({ bytes: csv }) as never, 'CONFIG_INVALID'],
  ] as const)('refuses %s', async (_, given, code) => {
    expect((await problem(preview(given()))).code).toBe(code)
  })

  test('of a source whose ownership is not proven is not opened', async () => {
    let opened = false
    const source = {
      ...memorySource({ 'a.csv': csv }),
      checkOwnership: () => Promise.reject(new ImportError('SOURCE_OWNERSHIP_MISMATCH', 'The tag differs.')),
      open: () => {
        opened = true
        return Promise.reject(new Error('opened'))
      },
    }
    expect((await problem(preview({ source, key: 'a.csv' }))).code).toBe('SOURCE_OWNERSHIP_MISMATCH')
    expect(opened).toBe(false)
  })
})

describe('bounds', () => {
  test('only the first rows are read, and examples are short and few', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${'long '.repeat(20)}${i},click`)
    const big = `id,text,label\n${rows.join('\n')}\n`
    const options = { ...schema, schema: { prediction_id: 'id', prediction_label: 'label' } }
    const result = await preview(file(big), options, { rows: 10, examples: 2, exampleCharacters: 8 })
    expect(result.sample.rows).toBeLessThanOrEqual(16)
    expect(result.columns.map(({ examples }) => examples)).toEqual([['0', '1'], ['click'], ['long lo…']])
  })

  test('a source that never answers ends at the deadline, a signal at once', async () => {
    const stuck = { ...memorySource({ 'a.csv': csv }), open: () => new Promise<never>(() => {}) }
    expect((await problem(preview({ source: stuck, key: 'a.csv' }, schema, { timeoutMs: 50 }))).code).toBe('FILE_DEADLINE')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(preview(file(), schema, { signal })).rejects.toThrow('enough')
  })

  test.each([
    [{ rows: 0 }, 'rows'],
    [{ row: 5 }, 'row'],
    [{ isolation: 'none' }, 'isolation'],
    [{ budgets: { cells: 1 } }, 'budgets'],
  ])('refuses the options %j', async (options, name) => {
    const error = await problem(preview(file(), schema, options as never))
    expect([error.code, error.message]).toEqual(['CONFIG_INVALID', expect.stringContaining(`\`${name}`)])
  })

  test('a file over the budget is not read', async () => {
    expect((await problem(preview(file(), schema, { budgets: { fileBytes: 10 } }))).code).toBe('OBJECT_TOO_LARGE')
  })
})

describe('the text', () => {
  test('is a table of the columns, then what is left, then the problems', async () => {
    expect(previewText(await preview())).toBe(
      `
in/monday.csv: csv, 9 columns; 4 rows looked at, 2 accepted, 2 rejected

field             column          type             empty  examples
prediction_id     id              text             0 %    7, 8, 9
timestamp         ts              text             0 %    2026-01-05T10:00:00Z, yesterday, 1767600000123
prediction_label  label           text             0 %    click, view
prediction_score  score           64-bit floats    0 %    0.5, high, 0.25
features.device   feature/device  text             25 %   phone, "", laptop
features.n        feature/n       64-bit integers  0 %    1, 2, 3
tags.zone         tag/zone        text             25 %   eu, us
shap_values.n     shap/n          64-bit floats    25 %   0.1, 0.2, 0.4

Not mapped
  other  not named  text  25 %  x, y, z

Problems
  error: timestamp is neither epoch seconds nor an RFC 3339 time with a zone. (row 2, column ts)
    Write seconds since 1970 (1650125707) or a time such as 2022-04-16T16:15:00Z.
  error: The cell is not a float64: a decimal number, for example -1.5 or 2e-3. (row 2, column score)
    Correct the cell, or declare the type of the column that the file holds.
  error: timestamp is outside the window as seconds, and inside it as milliseconds. (row 3, column ts)
    Divide by 1,000: epoch timestamps are in seconds.
`.trim(),
    )
  })

  test('cannot command a terminal, turn a line around or forge one', async () => {
    const evil = `id,label,"a\u001b[2Jb\nc","\u202egnp"\n1,x\u001b]0;t\u0007,\u009b31m,"1\n2"\n`
    const options = { ...schema, schema: { prediction_id: 'id', prediction_label: 'label' } }
    const text = previewText(await preview(file(evil), options))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    expect(text.split('\n')).toHaveLength(7)
  })

  test('of three thousand columns stays short', async () => {
    const names = Array.from({ length: 2_998 }, (_, i) => `f${i}`)
    const wide = `id,label,${names.join(',')}\n1,x,${names.map(() => '1').join(',')}\n`
    const result = await preview(file(wide), { ...schema, schema: { prediction_id: 'id', prediction_label: 'label' } })
    expect(result.columns).toHaveLength(3_000)
    const text = previewText(result)
    expect(text.split('\n').length).toBeLessThan(210)
    expect(text).toContain('… and 2800 more columns')
  })
})
