import { describe, expectTypeOf, it } from 'vitest'
import type { RecordOf, SchemaMapper } from '../../src/contracts/schema-mapper.js'
import type { Sink } from '../../src/contracts/sink.js'
import type { Features, ModelRecord } from '../../src/mappers/model-schema/model-record.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { parseModelSchema } from '../../src/mappers/model-schema/parse-model-schema.js'

describe('the record type follows from the literal', () => {
  it('has the keys of the schema, with the types of the model', () => {
    const clicks = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        timestamp: 'ts',
        prediction_label: 'label',
        actual_score: 'a',
        features: 'f/',
        tags: 't/',
        shap_values: 's/',
      },
    })
    expectTypeOf<RecordOf<typeof clicks>>().toEqualTypeOf<{
      readonly model: string
      readonly space: string | null
      readonly environment: 'production' | 'training' | 'validation'
      readonly model_version: string
      readonly batch_id: string | null
      readonly prediction_id: string
      readonly timestamp: Date
      readonly features: Features
      readonly prediction_label: string | null
      readonly actual_score: number | null
      readonly tags: Features
      readonly shap_values: Readonly<Record<string, number | null>>
    }>()
  })

  it('numeric labels are numbers; what the schema does not name is not there', () => {
    const numeric = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'l' },
    })
    type Numeric = RecordOf<typeof numeric>
    expectTypeOf<Numeric['prediction_label']>().toEqualTypeOf<number | null>()
    expectTypeOf<'tags' extends keyof Numeric ? true : false>().toEqualTypeOf<false>()
    expectTypeOf<'actual_label' extends keyof Numeric ? true : false>().toEqualTypeOf<false>()
  })

  it('JSON gives the wide record, and a sink for wide records takes a narrow job', () => {
    const fromJson = modelSchema(parseModelSchema({}))
    expectTypeOf<RecordOf<typeof fromJson>['prediction_id']>().toEqualTypeOf<string>()
    const narrow = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p' },
    })
    expectTypeOf<typeof narrow>().toExtend<SchemaMapper<{ readonly prediction_id: string }>>()
    type Narrow = RecordOf<typeof narrow>
    expectTypeOf<Sink<ModelRecord<'numeric'>>>().toExtend<Sink<Narrow>>()
  })

  it('optional keys may be undefined', () => {
    const version: string | undefined = undefined
    modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      version,
      space: undefined,
      schema: { prediction_id: 'id', prediction_score: 'p', timestamp: undefined },
    })
  })

  it('validation takes a batch id as constant or column', () => {
    const both = { prediction_id: 'id', prediction_score: 'p', actual_score: 'a' } as const
    modelSchema({ model: 'm', modelType: 'numeric', environment: 'validation', batchId: 'b', schema: both })
    modelSchema({ model: 'm', modelType: 'numeric', environment: 'validation', schema: { ...both, batch_id: 'b' } })
  })
})
