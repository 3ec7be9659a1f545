import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/errors.js'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import { parseModelSchema } from '../../../src/mappers/model-schema/parse-model-schema.js'
import { shortIssues } from '../map-table.js'

const valid = {
  model: 'm',
  modelType: 'score_categorical',
  environment: 'production',
  schema: { prediction_id: 'id', prediction_label: 'l' },
}
const refusal = (json: unknown): ConfigError => {
  try {
    parseModelSchema(json)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('did not throw')
}
const codes = (json: unknown): string[] => shortIssues(refusal(json).issues)
const withSchema = (schema: object, more: object = {}): object => ({ ...valid, ...more, schema: { ...valid.schema, ...schema } })

const embedding = (name: string): object => ({ feature_name: name, vector_column: 'v' })

describe('parseModelSchema', () => {
  it('gives options with the meaning of the literal', () => {
    const json: unknown = JSON.parse(JSON.stringify({ ...valid, space: 's', timestampWindow: { past: 30, future: 1 }, maxIdLength: 512 }))
    const options = parseModelSchema(json)
    expect(options).toEqual({ ...valid, space: 's', version: 'no_version', timestampWindow: { past: 30, future: 1 }, maxIdLength: 512 })
    const literal = modelSchema({
      model: 'm',
      space: 's',
      modelType: 'score_categorical',
      environment: 'production',
      timestampWindow: { past: 30, future: 1 },
      maxIdLength: 512,
      schema: { prediction_label: 'l', prediction_id: 'id' },
    })
    expect(modelSchema(options).signature).toBe(literal.signature)
    expect(parseModelSchema(options)).toEqual(options)
  })

  it('collects every problem into one error', () => {
    const error = refusal({
      modelType: 'score_categorical',
      environment: 'staging',
      batch: 'x',
      maxIdLength: 513,
      schema: { prediction_id: '', prediction_lable: 'l', features_list: [], column_types: { id: 'text' } },
    })
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.issues.map(({ code, field }) => `${code}:${field}`)).toEqual([
      'option-unknown:batch',
      'option-unknown:prediction_lable',
      'option-missing:model',
      'option-invalid:environment',
      'option-invalid:maxIdLength',
      'option-invalid:prediction_id',
      'option-invalid:features_list',
      'option-invalid:column_types',
    ])
    expect(error.issues[1]?.remedy).toBe('Did you mean prediction_label?')
    expect(error.issues[3]?.message).toBe('environment must be one of production, training, validation.')
    expect(error.issues[4]?.message).toBe('maxIdLength must be a whole number from 1 to 512.')
    expect(error.message).toContain('"batch" is not an option of modelSchema.')
    for (const { message, remedy } of error.issues) expect(`${message}${remedy}`).not.toMatch(/[{}]|undefined/)
  })

  it('takes the names that people use', () => {
    const options = parseModelSchema({
      modelName: 'm',
      modelType: 'Binary Classification',
      modelEnvironmentName: 'Prod',
      modelVersion: null,
      schema: {
        prediction_ID: 'id',
        predictionLabel: 'l',
        tags: 'tag/.*',
        shap: 'shap/',
        embeddingFeatures: [{ featureName: 'e', vectorCol: 'v' }],
      },
    })
    expect(options).toEqual(
      parseModelSchema({
        model: 'm',
        modelType: 'score_categorical',
        environment: 'production',
        schema: {
          prediction_id: 'id',
          prediction_label: 'l',
          tags: 'tag/',
          shap_values: 'shap/',
          embedding_features: [{ feature_name: 'e', vector_column: 'v' }],
        },
      }),
    )
  })

  it('refuses a key said twice, and says where keys of other tools belong', () => {
    const twice = refusal(withSchema({ predictionLabel: 'other' }))
    expect(twice.issues[0]).toMatchObject({ code: 'option-conflict', fix: { action: 'remove', field: 'predictionLabel' } })
    const elsewhere = refusal({ ...valid, bucketName: 'b' })
    expect(elsewhere.issues[0]).toMatchObject({ code: 'option-unknown', fix: { action: 'remove', field: 'bucketName' } })
    expect(elsewhere.issues[0]?.remedy).toContain('s3Source({ url })')
  })

  it('says which model type a key belongs to', () => {
    const { issues } = refusal(withSchema({ relevance_score: 'r' }))
    expect(issues[0]).toMatchObject({ code: 'option-unknown', remedy: 'It is a field of ranking: remove it, or change modelType.' })
  })

  it.each([null, undefined, 3, 'x', [], [valid], { schema: 1 }, { ...valid, schema: null }, { ...valid, model: null }])(
    'refuses %j',
    (json) => {
      expect(refusal(json).issues.length).toBeGreaterThan(0)
    },
  )

  it('is not fooled by names of Object.prototype', () => {
    const hostile: unknown = JSON.parse(
      '{"model":"m","modelType":"constructor","environment":"toString","__proto__":{"x":1},"schema":{"prediction_id":"id","__proto__":"l","constructor":"c"}}',
    )
    expect(shortIssues(refusal(hostile).issues)).toEqual(['option-unknown', 'option-invalid', 'option-invalid'])
    const keys: unknown = JSON.parse(
      '{"model":"m","modelType":"numeric","environment":"production","schema":{"prediction_id":"id","prediction_score":"p","__proto__":"l","constructor":"c"}}',
    )
    expect(shortIssues(refusal(keys).issues)).toEqual(['option-unknown', 'option-unknown'])
    const types = parseModelSchema(JSON.parse(JSON.stringify(withSchema({ column_types: { constructor: 'int64', toString: 'bool' } }))))
    expect(Object.keys(types.schema.column_types ?? {})).toEqual(['constructor', 'toString'])
  })
})

describe('rules between keys', () => {
  it.each([
    ['prefix and list of features', { features: 'f/', features_list: ['a'] }, ['option-conflict']],
    ['prefix and list of tags', { tags: 't/', tags_list: ['a'] }, ['option-conflict']],
    ['features and exclude', { features: 'f/', exclude: ['a'] }, ['option-conflict']],
    ['features_list and exclude', { features_list: ['a'], exclude: ['b'] }, ['option-conflict']],
    ['equal prefixes', { features: 'x/', tags: 'x/', shap_values: 'x/' }, ['prefix-repeated', 'prefix-repeated']],
    ['a column twice in a list', { tags_list: ['a', 'a'] }, ['option-conflict']],
    ['a batch id in production', { batch_id: 'b' }, ['option-conflict']],
    ['two embeddings of one name', { embedding_features: [embedding('e'), embedding('e')] }, ['option-conflict']],
    ['more than 30 embeddings', { embedding_features: Array.from({ length: 31 }, (_, i) => embedding(`e${i}`)) }, ['option-invalid']],
    ['an embedding without a vector', { embedding_features: [{ feature_name: 'e' }] }, ['option-missing']],
    ['a key that no embedding has', { embedding_features: [{ ...embedding('e'), raw_data_colunm: 'r' }] }, ['option-unknown']],
    [
      'embeddings of delayed rows',
      { prediction_label: undefined, actual_label: 'a', embedding_features: [embedding('e')] },
      ['option-conflict'],
    ],
    ['features of delayed rows', { prediction_label: undefined, actual_label: 'a', features: 'f/' }, ['option-conflict']],
    ['nothing to measure', { prediction_label: undefined }, ['side-missing']],
  ])('refuse %s', (_, schema, expected) => {
    expect(codes(withSchema(schema))).toEqual(expected)
  })

  it('want both sides in training and validation, and a batch id in validation', () => {
    expect(refusal({ ...valid, environment: 'training' }).issues[0]?.message).toBe(
      'training data of a score_categorical model needs actual_label or actual_score beside the prediction.',
    )
    expect(codes(withSchema({ actual_label: 'a' }, { environment: 'validation' }))).toEqual(['option-missing'])
    expect(codes({ ...valid, batchId: 'b' })).toEqual(['option-conflict'])
    expect(parseModelSchema(withSchema({ actual_label: 'a' }, { environment: 'validation', batchId: 'b' })).batchId).toBe('b')
  })
})
