import { describe, expect, it } from 'vitest'
import { modelFields } from '../../../src/mappers/model-schema/field-table.js'
import { modelJsonSchema } from '../../../src/mappers/model-schema/model-json-schema.js'
import { environments, modelTypes } from '../../../src/mappers/model-schema/model-type.js'
import { parseModelSchema } from '../../../src/mappers/model-schema/parse-model-schema.js'
import { schemaKeys } from '../../../src/mappers/model-schema/schema-keys.js'
import { fits } from './json-schema-fits.js'

const schema = modelJsonSchema()
const accepted = (options: unknown): boolean => {
  try {
    parseModelSchema(options)
    return true
  } catch {
    return false
  }
}
const text = (key: string): unknown => (key.endsWith('object_detection') ? { coordinates_column: 'b', categories_column: 'c' } : key)

describe('the JSON Schema', () => {
  it('is the published one', async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../docs/reference/model-schema.json')
  })

  it('says the same as the check at run time, for any one or two fields of any model type and environment', () => {
    let count = 0
    const seen = { yes: 0, no: 0 }
    for (const modelType of modelTypes) {
      for (const environment of environments) {
        const keys = [...modelFields[modelType].map(({ key }) => key), 'shap_values']
        for (const [i, one] of keys.entries()) {
          for (const other of keys.slice(i)) {
            for (const extra of [{}, { features: 'f/' }, { batchId: 'b' }, { exclude: ['x'] }]) {
              const { batchId, ...inSchema } = extra as { batchId?: string }
              const options = {
                model: 'm',
                modelType,
                environment,
                ...(batchId === undefined ? {} : { batchId }),
                schema: { prediction_id: 'id', [one]: text(one), [other]: text(other), ...inSchema },
              }
              expect([options, fits(schema, options)]).toEqual([options, accepted(options)])
              seen[accepted(options) ? 'yes' : 'no']++
              count++
            }
          }
        }
      }
    }
    expect(count).toBeGreaterThan(1000)
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(200)
  })

  const valid = { model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p' } }
  const withSchema = (more: object): object => ({ ...valid, schema: { ...valid.schema, ...more } })
  const embedding = { feature_name: 'e', vector_column: 'v' }
  it.each([
    valid,
    { ...valid, model: ' ' },
    { ...valid, maxIdLength: 513 },
    { ...valid, timestampWindow: { past: 1, future: 2 } },
    { ...valid, timestampWindow: { past: 1 } },
    { ...valid, metrics: ['regression'] },
    { ...valid, metrics: ['precision'] },
    { ...valid, unknown: 1 },
    { ...valid, modelType: 'classic' },
    withSchema({ unknown: 'x' }),
    withSchema({ prediction_id: undefined }),
    withSchema({ timestamp: '' }),
    withSchema({ features: 'f/', features_list: ['a'] }),
    withSchema({ tags: 't/', tags_list: ['a'] }),
    withSchema({ features_list: [] }),
    withSchema({ exclude: [''] }),
    withSchema({ column_types: { a: 'string_list', b: 'date' } }),
    withSchema({ column_types: { a: 'text' } }),
    withSchema({ embedding_features: [embedding] }),
    withSchema({ embedding_features: [{ ...embedding, link_to_data_column: 'l' }] }),
    withSchema({ embedding_features: [{ feature_name: 'e' }] }),
    withSchema({ embedding_features: [{ ...embedding, x: 'y' }] }),
    withSchema({ embedding_features: [] }),
    withSchema({ embedding_features: Array.from({ length: 31 }, (_, i) => ({ ...embedding, feature_name: `${i}` })) }),
  ])('agrees on %j', (options) => {
    const json: unknown = JSON.parse(JSON.stringify(options))
    expect(fits(schema, json)).toBe(accepted(json))
  })

  it('describes every key', () => {
    const described = new Set(
      Object.values(schema.$defs as Record<string, { properties: object }>).flatMap(({ properties }) => Object.keys(properties)),
    )
    expect([...described].sort()).toEqual(Object.keys(schemaKeys).sort())
  })
})
