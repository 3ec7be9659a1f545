import type { SchemaFor } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'

/** Which fields are the prediction side and which the ground truth, per model type. */
interface Sides {
  numeric: { prediction: 'prediction_label' | 'prediction_score'; actual: 'actual_label' | 'actual_score' }
  score_categorical: { prediction: 'prediction_label' | 'prediction_score'; actual: 'actual_label' | 'actual_score' }
  multi_class: { prediction: 'prediction_scores'; actual: 'actual_scores' }
  ranking: { prediction: 'rank'; actual: 'relevance_label' | 'relevance_score' | 'actual_label' }
  object_detection: { prediction: 'prediction_object_detection'; actual: 'actual_object_detection' }
  generative_llm: { prediction: 'prediction_label' | 'prediction_score'; actual: 'actual_label' | 'actual_score' }
}

/** `Beside[M][A]` is the field that must stand beside A. */
interface Beside {
  ranking: { rank: 'prediction_group_id'; prediction_group_id: 'rank'; prediction_score: 'rank'; prediction_label: 'rank' }
  multi_class: { threshold_scores: 'prediction_scores' }
}

/** The same two sides, for the compiler's message. */
interface SideNames {
  numeric: { prediction: 'prediction_score or prediction_label'; actual: 'actual_score or actual_label' }
  score_categorical: { prediction: 'prediction_label or prediction_score'; actual: 'actual_label or actual_score' }
  multi_class: { prediction: 'prediction_scores'; actual: 'actual_scores' }
  ranking: { prediction: 'prediction_group_id and rank'; actual: 'relevance_label or relevance_score' }
  object_detection: { prediction: 'prediction_object_detection'; actual: 'actual_object_detection' }
  generative_llm: { prediction: 'prediction_label or prediction_score'; actual: 'actual_label or actual_score' }
}

/** Training and validation of a language model are told by the label. */
type ActualSide<M extends ModelType, E extends Environment> = M extends 'generative_llm'
  ? E extends 'production'
    ? Sides[M]['actual']
    : 'actual_label'
  : Sides[M]['actual']
type ActualNames<M extends ModelType, E extends Environment> = M extends 'generative_llm'
  ? E extends 'production'
    ? SideNames[M]['actual']
    : 'actual_label'
  : SideNames[M]['actual']

type Has<S, K extends PropertyKey> = Extract<{ [P in keyof S]-?: undefined extends S[P] ? never : P }[keyof S], K>
type HasPrediction<M extends ModelType, S> = [Has<S, Sides[M]['prediction']>] extends [never] ? false : true
type HasActual<M extends ModelType, E extends Environment, S> = [Has<S, ActualSide<M, E>>] extends [never] ? false : true

type Alone<M extends ModelType, S> = M extends keyof Beside
  ? {
      [K in keyof Beside[M]]: [Has<S, K>] extends [never]
        ? never
        : [Has<S, Beside[M][K] & string>] extends [never]
          ? `${K & string} needs ${Beside[M][K] & string} beside it`
          : never
    }[keyof Beside[M]]
  : never

/** `never` when the schema can work, else the sentence that says why not. A schema read from JSON is checked at run time. */
type SchemaVerdict<M extends ModelType, E extends Environment, S> = [SchemaFor<M>] extends [S]
  ? never
  : [Alone<M, S>] extends [never]
    ? HasPrediction<M, S> extends true
      ? E extends 'production'
        ? never
        : HasActual<M, E, S> extends true
          ? never
          : `${E} data of a ${M} model needs ${ActualNames<M, E>} beside the prediction`
      : E extends 'production'
        ? HasActual<M, E, S> extends true
          ? never
          : [Has<S, 'shap_values'>] extends [never]
            ? `a ${M} model needs ${SideNames[M]['prediction']}; delayed actuals need ${SideNames[M]['actual']}`
            : never
        : `${E} data of a ${M} model needs ${SideNames[M]['prediction']}`
    : Alone<M, S>

/** A type nobody can satisfy; its key is the message. */
export type SchemaProblem<Text extends string> = { readonly [K in Text]: never }

/** The schema itself when it can work, else a type whose only key says why not. */
export type CheckedSchema<M extends ModelType, E extends Environment, S> = [SchemaVerdict<M, E, S>] extends [never]
  ? S & UnknownKeys<M, S>
  : SchemaProblem<SchemaVerdict<M, E, S>>

type UnknownKeys<M extends ModelType, S> = {
  readonly [K in keyof S]: K extends keyof SchemaFor<M>
    ? unknown
    : [ModelType] extends [M]
      ? unknown
      : SchemaProblem<`${K & string} is not a field of ${M}`>
}

export type BatchIdVerdict<E, S, B> = E extends 'validation'
  ? [Has<S, 'batch_id'>] extends [never]
    ? undefined extends B
      ? SchemaProblem<'validation data needs batchId, or a batch_id column'>
      : unknown
    : unknown
  : unknown
