import { describe, expect, test } from 'vitest'
import { type Applicable, applyFixes } from '../../src/manager/apply-fixes.js'
import type { Issue } from '../../src/model/issue.js'
import type { JsonObject } from '../../src/model/json.js'

const issue = (fields: Partial<Issue>): Issue => ({ code: 'column-missing', severity: 'error', message: 'm', ...fields })

describe('a fix', () => {
  const mapper = {
    model: 'm',
    schema: {
      predictionId: 'id',
      prediction_score: 'score',
      exclude: ['a', 'b'],
      features_list: ['x', 'y'],
      column_types: { score: 'float64', gone: 'string' },
      embedding_features: [
        { feature_name: 'text.v1', vector_column: 'vec' },
        { feature_name: 'image', vector_column: 'img', raw_data_column: 'raw' },
      ],
      prediction_object_detection: { boxes_column: 'b', categories_column: 'c' },
    },
  }
  const schema = (...fixes: readonly Applicable[]): JsonObject => applyFixes(mapper, fixes).schema as JsonObject

  test('renames, adds and removes a field, however the schema spells it', () => {
    expect(schema({ action: 'rename', field: 'prediction_score', column: 'scor' })).toEqual({ ...mapper.schema, prediction_score: 'scor' })
    expect(schema({ action: 'rename', field: 'prediction_id', column: 'ID' })).toEqual({ ...mapper.schema, predictionId: 'ID' })
    expect(schema({ action: 'add', field: 'timestamp', column: 'ts' })).toEqual({ ...mapper.schema, timestamp: 'ts' })
    const { prediction_score: _, ...rest } = mapper.schema
    expect(schema({ action: 'remove', field: 'prediction_score' })).toEqual(rest)
  })

  test('changes one column of a list', () => {
    expect(schema({ action: 'add', field: 'exclude', column: 'c' })).toMatchObject({ exclude: ['a', 'b', 'c'] })
    expect(schema({ action: 'add', field: 'exclude', column: 'a' })).toMatchObject({ exclude: ['a', 'b'] })
    expect(schema({ action: 'remove', field: 'exclude', column: 'a' })).toMatchObject({ exclude: ['b'] })
    expect(schema({ action: 'add', field: 'tags_list', column: 't' })).toMatchObject({ tags_list: ['t'] })
    const renamed = issue({ column: 'x', fix: { action: 'rename', field: 'features_list', column: 'X' } })
    expect(schema(renamed)).toMatchObject({ features_list: ['X', 'y'] })
    const gone = issue({ column: 'y', fix: { action: 'remove', field: 'features_list' } })
    expect(schema(gone)).toMatchObject({ features_list: ['x'] })
    expect(() => schema(renamed.fix as never)).toThrow(/which column of the list/)
  })

  test('reaches into embeddings, detections and declared types', () => {
    expect(schema({ action: 'rename', field: 'embedding_features.text.v1.vector_column', column: 'v' })).toMatchObject({
      embedding_features: [{ feature_name: 'text.v1', vector_column: 'v' }, mapper.schema.embedding_features[1]],
    })
    expect(schema({ action: 'remove', field: 'embedding_features.image.raw_data_column' })).toMatchObject({
      embedding_features: [mapper.schema.embedding_features[0], { feature_name: 'image', vector_column: 'img' }],
    })
    expect(schema({ action: 'rename', field: 'prediction_object_detection.categories_column', column: 'C' })).toMatchObject({
      prediction_object_detection: { boxes_column: 'b', categories_column: 'C' },
    })
    expect(schema({ action: 'remove', field: 'column_types', column: 'gone' }).column_types).toEqual({ score: 'float64' })
  })

  test('several apply in order, and the given JSON stays as it is', () => {
    const before = structuredClone(mapper)
    expect(schema({ action: 'add', field: 'exclude', column: 'c' }, { action: 'remove', field: 'exclude', column: 'a' })).toMatchObject({
      exclude: ['b', 'c'],
    })
    expect(mapper).toEqual(before)
  })

  test('that fits nothing, or is none, is refused', () => {
    expect(() => schema({ action: 'remove', field: 'rank' })).toThrow(/fits nothing/)
    expect(() => schema({ action: 'rename', field: 'prediction_score' })).toThrow(/names no column/)
    expect(() => schema(issue({}))).toThrow(/proposes no fix/)
    expect(() => schema({ action: 'rename', field: 'embedding_features.other.vector_column', column: 'v' })).not.toThrow(TypeError)
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    applyFixes({ schema: {} }, [{ action: 'add', field: '__proto__', column: 'polluted' }])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })

  test('of a mapper without a schema of its own goes to the mapper', () => {
    expect(applyFixes({ score: 'a' }, [{ action: 'rename', field: 'score', column: 'b' }])).toEqual({ score: 'b' })
  })
})
