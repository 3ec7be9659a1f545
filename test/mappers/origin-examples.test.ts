import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ConfigError,
  ImportJob,
  type ModelRecord,
  type ModelSchemaOptions,
  memorySink,
  memorySource,
  memoryStore,
  modelSchema,
  parseModelSchema,
  previewSchema,
} from '../../src/index.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { parseS3Url } from '../../src/sources/s3/s3-url.js'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'

/** The day of the page's newest file. */
const asOf = new Date('2022-12-03T12:00:00Z')

async function importAll(
  source: ConstructorParameters<typeof ImportJob>[0]['source'],
  options: ModelSchemaOptions,
  id = 'origin',
): Promise<{ readonly records: readonly ModelRecord[]; readonly keys: readonly string[]; readonly problems: readonly unknown[] }> {
  const sink = memorySink<ModelRecord>()
  const keys: string[] = []
  const problems: unknown[] = []
  await using job = new ImportJob({
    id,
    source,
    mapper: modelSchema(options),
    sink,
    store: memoryStore({ now: () => asOf }),
    isolation: 'inline',
  })
  job.on('fileImported', ({ file }) => keys.push(file.key))
  job.on('rowRejected', ({ file, row, issues }) => problems.push({ key: file.key, row, issues }))
  const report = await job.runOnce()
  problems.push(...report.errors.map(({ message }) => message))
  return { records: sink.records, keys: keys.sort(), problems }
}

const importText = (text: string, options: ModelSchemaOptions) => importAll(memorySource({ 'file.csv': text }), options)

async function parquet(select: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-origin-'))
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const connection = await instance.connect()
    await connection.run(`COPY (${select}) TO '${join(folder, 'x.parquet')}' (FORMAT parquet)`)
    connection.closeSync()
    return await readFile(join(folder, 'x.parquet'))
  } finally {
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
}

describe('the path', () => {
  test('gives bucket and prefix', () => {
    expect(parseS3Url('s3://example-demo-bucket/click-thru-rate/production/v1/')).toMatchObject({
      bucket: 'example-demo-bucket',
      prefix: 'click-thru-rate/production/v1/',
    })
  })
})

describe('the directory layouts', () => {
  let s3: S3Double
  beforeAll(async () => {
    s3 = await startS3Double()
  })
  afterAll(() => s3.close())

  const at = (url: string) =>
    s3Source({ url, ingestionKey: 'value_from_arize_ui', endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials })
  const tags = { 'arize-ingestion-key': 'value_from_arize_ui' }

  test('predictions and actuals together: one folder of parquet files, one job, nested folders too', async () => {
    s3.createBucket('example-demo-bucket', { tags })
    const rows = (id: number) =>
      parquet(`SELECT '${id}' AS prediction_id, 'click' AS prediction_label, 'no' AS actual_label, 5::BIGINT AS hour`)
    const prefix = 'click-thru-rate/production/v1/'
    for (const [i, name] of ['1.parquet', 'a/2.parquet', 'a/b/c/d/e/3.parquet'].entries())
      s3.putObject('example-demo-bucket', prefix + name, await rows(i))
    s3.putObject('example-demo-bucket', 'click-thru-rate/production/v10/not-below.parquet', await rows(9))
    const options = parseModelSchema({
      model: 'click-thru-rate',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'prediction_id', prediction_label: 'prediction_label', actual_label: 'actual_label' },
    })
    const { records, keys, problems } = await importAll(at(`s3://example-demo-bucket/${prefix}`), options)
    expect(problems).toEqual([])
    expect(keys).toEqual([`${prefix}1.parquet`, `${prefix}a/2.parquet`, `${prefix}a/b/c/d/e/3.parquet`])
    expect(records.map(({ prediction_id, features, timestamp }) => [prediction_id, { ...features }, timestamp]).sort()).toEqual([
      ['0', { hour: 5 }, asOf],
      ['1', { hour: 5 }, asOf],
      ['2', { hour: 5 }, asOf],
    ])
  })

  test('delayed actuals: two folders, two jobs, the same prediction id column, model and space', async () => {
    s3.createBucket('bucket1', { tags })
    const folder = 'click-thru-rate/production'
    for (const day of ['11-19-2022', '11-20-2022', '11-21-2022']) {
      const select = `SELECT 'p ${day}' AS prediction_id, TIMESTAMPTZ '2022-11-19T00:00:00Z' AS ts, 'click' AS prediction_label, 0.9 AS "feature/ctr"`
      s3.putObject('bucket1', `${folder}/prediction/${day}.parquet`, await parquet(select))
    }
    for (const day of ['12-1-2022', '12-2-2022', '12-3-2022']) {
      s3.putObject(
        'bucket1',
        `${folder}/actuals/${day}.parquet`,
        await parquet(`SELECT 'p 11-19-2022' AS prediction_id, 'no' AS actual_label`),
      )
    }
    const model = { model: 'click-thru-rate', space: 'ads', modelType: 'score_categorical', environment: 'production' }
    const predictions = await importAll(
      at(`s3://bucket1/${folder}/prediction/`),
      parseModelSchema({
        ...model,
        schema: { prediction_id: 'prediction_id', timestamp: 'ts', prediction_label: 'prediction_label', features: 'feature/' },
      }),
      'predictions',
    )
    const actuals = await importAll(
      at(`s3://bucket1/${folder}/actuals/`),
      parseModelSchema({ ...model, schema: { prediction_id: 'prediction_id', actual_label: 'actual_label' } }),
      'actuals',
    )
    expect([...predictions.problems, ...actuals.problems]).toEqual([])
    expect(predictions.keys).toEqual(['11-19-2022', '11-20-2022', '11-21-2022'].map((day) => `${folder}/prediction/${day}.parquet`))
    expect(actuals.keys).toEqual(['12-1-2022', '12-2-2022', '12-3-2022'].map((day) => `${folder}/actuals/${day}.parquet`))
    const joined = actuals.records.filter(({ prediction_id, model: its, space }) =>
      predictions.records.some((other) => other.prediction_id === prediction_id && other.model === its && other.space === space),
    )
    expect(joined).toHaveLength(3)
    expect(actuals.records.every(({ features }) => Object.keys(features).length === 0)).toBe(true)
  })
})

describe('the JSON schema', () => {
  const schema = JSON.parse(`{
    "prediction_id": "prediction_id", "timestamp": "prediction_ts",
    "prediction_score": "prediction_score", "prediction_label": "prediction_label",
    "actual_score": "actual_score", "actual_label": "actual_label",
    "tags": "tag/", "shap_values": "shap/", "exclude": ["user_id"] }`) as object
  const features = [
    'metropolitan_area',
    'industry',
    'state',
    'established_business',
    'experienced_business',
    'safe_business',
    'owner_gender',
    'payroll_bracket',
    'avg_payroll_bracket',
    'risk_b_2',
    'risk_bracket',
  ]
  const header = [
    'prediction_id',
    'prediction_ts',
    'prediction_score',
    'prediction_label',
    'actual_score',
    'actual_label',
    'user_id',
    ...features,
    'tag/zone',
    'shap/industry',
  ]
  const row = (id: string, ts: string): string =>
    [id, ts, '0.25', 'safe', '1', 'risky', 'u7', ...features.map((name) => `its ${name}`), 'north', '0.5'].join(',')
  const options = parseModelSchema({ model: 'loans', modelType: 'score_categorical', environment: 'production', schema })

  test('takes both forms of a timestamp, infers the features, and leaves user_id out', async () => {
    const text = [header.join(','), row('1', '1650125707'), row('2', '2022-04-16T16:15:00Z')].join('\n')
    const { records, problems } = await importText(text, options)
    expect(problems).toEqual([])
    const common = {
      model: 'loans',
      space: null,
      environment: 'production',
      model_version: 'no_version',
      batch_id: null,
      prediction_score: 0.25,
      prediction_label: 'safe',
      actual_score: 1,
      actual_label: 'risky',
      features: Object.fromEntries(features.map((name) => [name, `its ${name}`])),
      tags: { zone: 'north' },
      shap_values: { industry: 0.5 },
    }
    expect(records).toEqual([
      { ...common, prediction_id: '1', timestamp: new Date(1_650_125_707_000) },
      { ...common, prediction_id: '2', timestamp: new Date('2022-04-16T16:15:00Z') },
    ])
  })

  test('is shown by the preview: mapped, reserved, left out', async () => {
    const text = [header.join(','), row('1', '1650125707')].join('\n')
    const preview = await previewSchema({ name: 'file.csv', bytes: text }, options, { isolation: 'inline', asOf })
    expect(preview.issues).toEqual([])
    expect(preview.columns.filter(({ role }) => role === 'features').map(({ name }) => name)).toEqual(features)
    expect(preview.notMapped.map(({ source, why }) => [source, why])).toEqual([['user_id', 'excluded']])
    expect(preview.reserved).toEqual(header.filter((name) => name !== 'user_id' && !features.includes(name)))
  })

  test('with a prefix of features: a column without it is none', async () => {
    const names =
      'prediction_id,prediction_ts,user_id,feature/metropolitan_area,industry,prediction_score,actual_score,prediction_label,actual_label,tag/zone'
    const { exclude: _, shap_values: __, ...prefixed } = schema as Readonly<Record<string, unknown>>
    const { records, problems } = await importText(
      `${names}\n1,1650125707,u,area,steel,0.5,1,a,b,north\n`,
      parseModelSchema({
        model: 'loans',
        modelType: 'categorical',
        environment: 'production',
        schema: { ...prefixed, features: 'feature/' },
      }),
    )
    expect(problems).toEqual([])
    expect(records.map((record) => ({ ...record.features }))).toEqual([{ metropolitan_area: 'area' }])
  })

  test('takes prediction_ID as the table of properties prints it, and a version column', async () => {
    const { records } = await importText(
      'id,label,version/\n1,a,v1\n2,b,\n',
      parseModelSchema({
        model: 'm',
        modelType: 'score_categorical',
        environment: 'production',
        schema: { prediction_ID: 'id', prediction_label: 'label', version: 'version/' },
      }),
    )
    expect(records.map(({ prediction_id, model_version }) => [prediction_id, model_version])).toEqual([
      ['1', 'v1'],
      ['2', 'no_version'],
    ])
  })
})

describe('the input of the job mutation', () => {
  const { input } = JSON.parse(`{ "input": { "spaceId": "space_id", "modelName": "My Test Model", "modelType": "categorical",
    "modelEnvironmentName": "production", "blobStore": "S3", "bucketName": "testing-folder",
    "prefix": "myfolder/mysubfolder/",
    "schema": { "predictionId": "prediction_id", "predictionLabel": "PREDICTION", "actualLabel": "ACTUAL",
      "shapValues": "shap/", "tags": "tag/", "timestamp": "prediction_ts",
      "predictionScore": "PREDICTION_SCORE", "actualScore": "ACTUAL_SCORE" },
    "dryRun": true } }`) as { input: Record<string, unknown> }

  test('has the model and its schema in it; what belongs to the source is said to', async () => {
    const { blobStore: _, bucketName: __, prefix: ___, dryRun: ____, ...model } = input
    const { records, problems } = await importText(
      'prediction_id,prediction_ts,PREDICTION,ACTUAL,PREDICTION_SCORE,ACTUAL_SCORE,tag/zone,shap/age,age\n1,1650125707,yes,no,0.75,0,north,0.5,31\n',
      parseModelSchema(model),
    )
    expect(problems).toEqual([])
    expect(records).toMatchObject([
      {
        model: 'My Test Model',
        space: 'space_id',
        prediction_label: 'yes',
        prediction_score: 0.75,
        actual_score: 0,
        features: { age: 31 },
        tags: { zone: 'north' },
        shap_values: { age: 0.5 },
      },
    ])
    const refused = (): unknown => parseModelSchema(input)
    expect(refused).toThrow(ConfigError)
    try {
      refused()
    } catch (error) {
      const { issues } = error as ConfigError
      expect(issues.map(({ field, fix }) => [field, fix?.action])).toEqual([
        ['blobStore', 'remove'],
        ['bucketName', 'remove'],
        ['prefix', 'remove'],
        ['dryRun', 'remove'],
      ])
      expect(issues.every(({ remedy }) => remedy?.includes('remove it'))).toBe(true)
    }
  })
})

describe('the examples of model types', () => {
  test('classes with scores and thresholds, as JSON text', async () => {
    const cells = JSON.parse(`{
      "prediction_scores": [{"class_name":"jazz","score":0.81},{"class_name":"rock","score":0.42},{"class_name":"pop","score":0.35}],
      "threshold_scores": [{"class_name":"jazz","score":0.5},{"class_name":"rock","score":0.4},{"class_name":"pop","score":0.6}],
      "actual_scores": [{"class_name":"rock","score":1}] }`) as Readonly<Record<string, unknown>>
    const quoted = Object.values(cells).map((cell) => `"${JSON.stringify(cell).replaceAll('"', '""')}"`)
    const { records, problems } = await importText(
      `prediction_id,${Object.keys(cells).join(',')}\n1,${quoted.join(',')}\n`,
      parseModelSchema({
        model: 'songs',
        modelType: 'multi_class',
        environment: 'production',
        schema: {
          predictionId: 'prediction_id',
          predictionScores: 'prediction_scores',
          actualScores: 'actual_scores',
          thresholdScores: 'threshold_scores',
        },
      }),
    )
    expect(problems).toEqual([])
    expect(records).toMatchObject([cells])
  })

  test('embeddings and detections under the names of the API', () => {
    const { schema } = parseModelSchema({
      modelName: 'street',
      modelType: 'object_detection',
      modelEnvironmentName: 'production',
      schema: {
        predictionId: 'prediction_id',
        embeddingFeatures: [{ featureName: 'image', vectorCol: 'image_vector', rawDataCol: 'image_text', linkToDataCol: 'image_url' }],
        predictionObjectDetection: {
          boundingBoxesCoordinatesColumnName: 'boxes',
          boundingBoxesCategoriesColumnName: 'categories',
          boundingBoxesScoresColumnName: 'scores',
        },
      },
    })
    expect(schema).toEqual({
      prediction_id: 'prediction_id',
      embedding_features: [
        { feature_name: 'image', vector_column: 'image_vector', raw_data_column: 'image_text', link_to_data_column: 'image_url' },
      ],
      prediction_object_detection: { coordinates_column: 'boxes', categories_column: 'categories', scores_column: 'scores' },
    })
  })
})
