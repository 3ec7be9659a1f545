import type { DataType } from '../../../src/model/data-type.js'
import { asOf } from '../map-table.js'
import { classScores, float32, float64, instant, int64, listOf, utf8 } from './sample-values.js'

/** A row as cells by column. */
export type Row = Readonly<Record<string, unknown>>

/** A model schema, and files that fit it. */
export interface Base {
  /** What `parseModelSchema` takes. */
  readonly options: { readonly schema: object } & Readonly<Record<string, unknown>>
  readonly types: Readonly<Record<string, DataType>>
  row(n: number): Row
}

const model = { model: 'm', environment: 'production' } as const
/** A minute before the first import, and one earlier each row. */
const time = (n: number): Date => new Date(asOf.getTime() - 60_000 * (n + 1))

export const bases = {
  classification: {
    options: {
      ...model,
      modelType: 'score_categorical',
      schema: {
        prediction_id: 'id',
        timestamp: 'ts',
        prediction_label: 'label',
        prediction_score: 'score',
        actual_label: 'actual',
        actual_score: 'truth',
        version: 'version',
        features: 'f_',
        tags: 't_',
        shap_values: 's_',
        column_types: { f_words: 'string_list' },
      },
    },
    types: {
      id: utf8,
      ts: instant,
      label: utf8,
      score: float64,
      actual: utf8,
      truth: float64,
      version: utf8,
      f_a: utf8,
      f_n: int64,
      f_words: listOf(utf8),
      t_zone: utf8,
      s_a: float64,
    },
    row: (n) => ({
      id: `id${n}`,
      ts: time(n),
      label: 'yes',
      score: 0.5,
      actual: 'no',
      truth: 1,
      version: 'v1',
      f_a: 'A',
      f_n: n,
      f_words: ['a', 'b'],
      t_zone: 'north',
      s_a: -0.25,
    }),
  },
  numeric: {
    options: {
      ...model,
      modelType: 'numeric',
      schema: { prediction_id: 'id', prediction_score: 'p', actual_label: 'a', features: 'f_' },
    },
    types: { id: utf8, p: float64, a: float64, f_a: utf8 },
    row: (n) => ({ id: `id${n}`, p: n, a: n + 0.5, f_a: 'x' }),
  },
  training: {
    options: {
      ...model,
      environment: 'training',
      modelType: 'numeric',
      schema: { prediction_id: 'id', prediction_score: 'p', prediction_label: 'pl', actual_score: 'a', actual_label: 'al', features: 'f_' },
    },
    types: { id: utf8, p: float64, pl: float64, a: float64, al: float64, f_a: utf8 },
    row: (n) => ({ id: `id${n}`, p: n, pl: n, a: n, al: n, f_a: 'x' }),
  },
  validation: {
    options: {
      ...model,
      environment: 'validation',
      modelType: 'score_categorical',
      schema: { prediction_id: 'id', prediction_label: 'l', actual_label: 'a', batch_id: 'b', features: 'f_' },
    },
    types: { id: utf8, l: utf8, a: utf8, b: utf8, f_a: utf8 },
    row: (n) => ({ id: `id${n}`, l: 'x', a: 'y', b: 'batch1', f_a: 'x' }),
  },
  delayed: {
    options: {
      ...model,
      modelType: 'score_categorical',
      schema: { prediction_id: 'id', actual_label: 'a', tags: 't_', shap_values: 's_' },
    },
    types: { id: utf8, a: utf8, other: utf8, t_late: utf8, s_x: float64 },
    row: (n) => ({ id: `id${n}`, a: 'y', other: 'o', t_late: 't', s_x: 0.5 }),
  },
  inferred: {
    options: {
      ...model,
      modelType: 'numeric',
      schema: { prediction_id: 'id', prediction_score: 'p', tags: 'tag_', shap_values: 'shap_', exclude: ['user_id'] },
    },
    types: { id: utf8, p: float64, tag_zone: utf8, shap_state: float64, state: utf8, industry: utf8, user_id: utf8 },
    row: (n) => ({ id: `id${n}`, p: n, tag_zone: 'z', shap_state: 0.5, state: 'NY', industry: 'retail', user_id: 'u' }),
  },
  ranking: {
    options: {
      ...model,
      modelType: 'ranking',
      schema: {
        prediction_id: 'id',
        prediction_group_id: 'g',
        rank: 'r',
        prediction_score: 'p',
        relevance_label: 'l',
        relevance_score: 's',
        features: 'f_',
        column_types: { l: 'string_list' },
      },
    },
    types: { id: utf8, g: utf8, r: int64, p: float64, l: listOf(utf8), s: float64, f_a: utf8 },
    row: (n) => ({ id: `id${n}`, g: `g${n}`, r: 1 + (n % 100), p: 0.5, l: ['click'], s: 1, f_a: 'x' }),
  },
  multiClass: {
    options: {
      ...model,
      modelType: 'multi_class',
      schema: { prediction_id: 'id', prediction_scores: 'p', threshold_scores: 't', actual_scores: 'a', features: 'f_' },
    },
    types: { id: utf8, p: classScores, t: classScores, a: classScores, f_a: utf8 },
    row: (n) => ({
      id: `id${n}`,
      p: scores({ jazz: 0.75, rock: 0.25 }),
      t: scores({ rock: 0.5, jazz: 0.5 }),
      a: scores({ rock: 1 }),
      f_a: 'x',
    }),
  },
  singleLabel: {
    options: {
      ...model,
      modelType: 'multi_class',
      schema: { prediction_id: 'id', prediction_scores: 'p', actual_scores: 'a', features: 'f_' },
    },
    types: { id: utf8, p: classScores, a: classScores, f_a: utf8 },
    row: (n) => ({ id: `id${n}`, p: scores({ jazz: 0.75, rock: 0.25 }), a: scores({ rock: 1 }), f_a: 'x' }),
  },
  boxes: {
    options: {
      ...model,
      modelType: 'object_detection',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { coordinates_column: 'b', categories_column: 'c', scores_column: 's' },
        actual_object_detection: { coordinates_column: 'ab', categories_column: 'ac' },
        features: 'f_',
      },
    },
    types: {
      id: utf8,
      b: listOf(listOf(float64)),
      c: listOf(utf8),
      s: listOf(float64),
      ab: listOf(listOf(float64)),
      ac: listOf(utf8),
      f_a: utf8,
    },
    row: (n) => ({ id: `id${n}`, b: [[0, 0, 10, 20]], c: ['car'], s: [0.5], ab: [[1, 1, 2, 2]], ac: ['bus'], f_a: 'x' }),
  },
  polygons: {
    options: {
      ...model,
      modelType: 'object_detection',
      schema: {
        prediction_id: 'id',
        prediction_object_detection: { polygons_column: 'b', categories_column: 'c', scores_column: 's' },
        features: 'f_',
      },
    },
    types: { id: utf8, b: listOf(listOf(float64)), c: listOf(utf8), s: listOf(float64), f_a: utf8 },
    row: (n) => ({ id: `id${n}`, b: [[0, 0, 10, 0, 10, 10]], c: ['road'], s: [0.5], f_a: 'x' }),
  },
  embedding: {
    options: {
      ...model,
      modelType: 'score_categorical',
      schema: {
        prediction_id: 'id',
        prediction_label: 'label',
        features: 'f_',
        embedding_features: [
          { feature_name: 'text', vector_column: 'v', raw_data_column: 'raw', link_to_data_column: 'link' },
          { feature_name: 'tokens', vector_column: 'w', raw_data_column: 'tokens' },
        ],
        column_types: { tokens: 'string_list' },
      },
    },
    types: { id: utf8, label: utf8, v: listOf(float32), raw: utf8, link: utf8, w: listOf(float64), tokens: listOf(utf8), f_a: utf8 },
    row: (n) => ({
      id: `id${n}`,
      label: 'x',
      v: [0.5, 1],
      raw: 'shoe',
      link: 's3://b/1.png',
      w: [1, 2, 3],
      tokens: ['red', 'shoe'],
      f_a: 'x',
    }),
  },
  llm: {
    options: {
      ...model,
      modelType: 'generative_llm',
      schema: {
        prediction_id: 'id',
        prediction_label: 'l',
        prompt_template: 'pt',
        prompt_template_version: 'ptv',
        llm_model_name: 'name',
        llm_params: 'params',
        total_token_count: 'n',
        response_latency_ms: 'ms',
        tags: 't_',
      },
    },
    types: { id: utf8, l: utf8, pt: utf8, ptv: utf8, name: utf8, params: utf8, n: int64, ms: float64, t_a: utf8 },
    row: (n) => ({ id: `id${n}`, l: 'good', pt: 'Say {x}', ptv: '1', name: 'large', params: '{"t":0.5}', n: 12, ms: 3.5, t_a: 'x' }),
  },
} as const satisfies Readonly<Record<string, Base>>

export type BaseName = keyof typeof bases

/** A cell of class scores. */
export function scores(byClass: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(byClass).map(([class_name, score]) => ({ class_name, score }))
}
