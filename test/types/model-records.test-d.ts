import { describe, expectTypeOf, it } from 'vitest'
import type { RecordOf } from '../../src/contracts/schema-mapper.js'
import type { Boxes, ClassScore, Embedding, Polygons } from '../../src/mappers/model-schema/model-fields.js'
import type { Features } from '../../src/mappers/model-schema/model-record.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'

/** What every record has, and what it has besides. */
type RecordWith<T> = {
  [K in keyof (Common & T)]: (Common & T)[K]
}
interface Common {
  readonly model: string
  readonly space: string | null
  readonly environment: 'production' | 'training' | 'validation'
  readonly model_version: string
  readonly batch_id: string | null
  readonly prediction_id: string
  readonly timestamp: Date
  readonly features: Features
}
const model = { model: 'm', environment: 'production' } as const

describe('the record of each model type has the fields of its schema, and no others', () => {
  it('numeric: labels and scores are numbers', () => {
    const all = modelSchema({
      ...model,
      modelType: 'numeric',
      schema: { prediction_id: 'id', prediction_label: 'pl', prediction_score: 'p', actual_label: 'al', actual_score: 'a' },
    })
    expectTypeOf<RecordOf<typeof all>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_label: number | null
        readonly prediction_score: number | null
        readonly actual_label: number | null
        readonly actual_score: number | null
      }>
    >()
  })

  it('score_categorical: labels are text', () => {
    const all = modelSchema({
      ...model,
      modelType: 'score_categorical',
      schema: {
        prediction_id: 'id',
        timestamp: 't',
        version: 'v',
        prediction_label: 'pl',
        prediction_score: 'p',
        actual_label: 'al',
        actual_score: 'a',
        tags_list: ['x'],
        shap_values: 's/',
      },
    })
    expectTypeOf<RecordOf<typeof all>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_label: string | null
        readonly prediction_score: number | null
        readonly actual_label: string | null
        readonly actual_score: number | null
        readonly tags: Features
        readonly shap_values: Readonly<Record<string, number | null>>
      }>
    >()
  })

  it('multi_class: classes and their scores', () => {
    const multi = modelSchema({
      ...model,
      modelType: 'multi_class',
      schema: { prediction_id: 'id', prediction_scores: 'p', threshold_scores: 't', actual_scores: 'a' },
    })
    expectTypeOf<RecordOf<typeof multi>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_scores: readonly ClassScore[] | null
        readonly threshold_scores: readonly ClassScore[] | null
        readonly actual_scores: readonly ClassScore[] | null
      }>
    >()
    const delayed = modelSchema({ ...model, modelType: 'multi_class', schema: { prediction_id: 'id', actual_scores: 'a' } })
    expectTypeOf<RecordOf<typeof delayed>>().toEqualTypeOf<RecordWith<{ readonly actual_scores: readonly ClassScore[] | null }>>()
  })

  it('ranking: a row has its rank and its group', () => {
    const all = modelSchema({
      ...model,
      modelType: 'ranking',
      schema: {
        prediction_id: 'id',
        prediction_group_id: 'g',
        rank: 'r',
        prediction_score: 'p',
        relevance_label: 'l',
        relevance_score: 's',
      },
    })
    expectTypeOf<RecordOf<typeof all>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_group_id: string
        readonly rank: number
        readonly prediction_score: number | null
        readonly relevance_label: string | readonly string[] | null
        readonly relevance_score: number | null
      }>
    >()
  })

  it('object_detection: boxes or polygons, as the schema says', () => {
    const boxes = modelSchema({
      ...model,
      modelType: 'object_detection',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { coordinates_column: 'b', categories_column: 'c', scores_column: 's' },
        actual_object_detection: { coordinates_column: 'ab', categories_column: 'ac' },
      },
    })
    expectTypeOf<RecordOf<typeof boxes>>().toEqualTypeOf<
      RecordWith<{ readonly prediction_object_detection: Boxes | null; readonly actual_object_detection: Boxes | null }>
    >()
    const polygons = modelSchema({
      ...model,
      modelType: 'object_detection',
      schema: { prediction_id: 'id', prediction_object_detection: { polygons_column: 'p', categories_column: 'c' } },
    })
    expectTypeOf<RecordOf<typeof polygons>>().toEqualTypeOf<RecordWith<{ readonly prediction_object_detection: Polygons | null }>>()
  })

  it('generative_llm: text of the prompt, numbers of the run', () => {
    const run = modelSchema({
      ...model,
      modelType: 'generative_llm',
      schema: {
        prediction_id: 'id',
        prediction_label: 'l',
        prompt_template: 'pt',
        llm_model_name: 'n',
        total_token_count: 't',
        response_latency_ms: 'ms',
      },
    })
    expectTypeOf<RecordOf<typeof run>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_label: string | null
        readonly prompt_template: string | null
        readonly llm_model_name: string | null
        readonly total_token_count: number | null
        readonly response_latency_ms: number | null
      }>
    >()
  })

  it('embeddings stand under their names', () => {
    const shoes = modelSchema({
      ...model,
      modelType: 'score_categorical',
      schema: {
        prediction_id: 'id',
        prediction_label: 'l',
        embedding_features: [
          { feature_name: 'image', vector_column: 'v' },
          { feature_name: 'text', vector_column: 'w', raw_data_column: 'r' },
        ],
      },
    })
    expectTypeOf<RecordOf<typeof shoes>>().toEqualTypeOf<
      RecordWith<{
        readonly prediction_label: string | null
        readonly embedding_features: { readonly image: Embedding | null; readonly text: Embedding | null }
      }>
    >()
  })
})

describe('what each environment takes', () => {
  it('training: both sides; validation: a batch id too', () => {
    modelSchema({
      model: 'm',
      environment: 'training',
      modelType: 'multi_class',
      schema: { prediction_id: 'id', prediction_scores: 'p', actual_scores: 'a' },
    })
    modelSchema({
      model: 'm',
      environment: 'training',
      modelType: 'ranking',
      schema: { prediction_id: 'id', prediction_group_id: 'g', rank: 'r', relevance_score: 's' },
    })
    modelSchema({
      model: 'm',
      environment: 'training',
      modelType: 'object_detection',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { coordinates_column: 'b', categories_column: 'c' },
        actual_object_detection: { coordinates_column: 'ab', categories_column: 'ac' },
      },
    })
    modelSchema({
      model: 'm',
      environment: 'validation',
      modelType: 'generative_llm',
      batchId: 'b',
      schema: { prediction_id: 'id', prediction_label: 'l', actual_label: 'a' },
    })
  })

  it('production: delayed actual values, or SHAP values, alone', () => {
    modelSchema({ ...model, modelType: 'numeric', schema: { prediction_id: 'id', actual_score: 'a', tags: 't/' } })
    modelSchema({ ...model, modelType: 'score_categorical', schema: { prediction_id: 'id', shap_values: 's/' } })
    modelSchema({ ...model, modelType: 'ranking', schema: { prediction_id: 'id', relevance_label: 'l' } })
    modelSchema({
      ...model,
      modelType: 'object_detection',
      schema: { prediction_id: 'id', actual_object_detection: { polygons_column: 'p', categories_column: 'c' } },
    })
    modelSchema({ ...model, modelType: 'generative_llm', schema: { prediction_id: 'id', actual_score: 'a' } })
  })
})
