import type { JsonObject } from '../../model/json.js'
import { embeddingRow, modelFields, rowNeeds, sideOf } from './field-table.js'
import { keyShapes } from './key-shapes.js'
import { metricFamilies } from './metric-table.js'
import { type Environment, environments, type ModelType, modelTypes } from './model-type.js'
import { keysOf, schemaKeys } from './schema-keys.js'

const name = { type: 'string', pattern: '\\S' } as const
const years = { type: 'number', minimum: 0, maximum: 1000 } as const

/**
 * A JSON Schema (draft 2020-12) of what `modelSchema` takes, for editors and forms: the same keys, shapes and rules of
 * each model type and environment. Aliases are not in it. Made from the tables that check the options; published as
 * docs/reference/model-schema.json.
 */
export function modelJsonSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Model schema',
    description: 'Which column of a file feeds which field of an inference record.',
    type: 'object',
    properties: {
      model: { ...name, description: 'Name of the model.' },
      space: { ...name, description: 'Space that the model is in.' },
      modelType: { enum: modelTypes },
      environment: { enum: environments },
      version: { ...name, description: 'Model version of rows that have none of their own.', default: 'no_version' },
      batchId: { ...name, description: 'Validation data set of rows that have none of their own; environment validation only.' },
      timestampWindow: {
        type: 'object',
        description: 'Years of 365 days around the first import of a file.',
        properties: { past: years, future: years },
        required: ['past', 'future'],
        additionalProperties: false,
        default: { past: 5, future: 1 },
      },
      maxIdLength: {
        type: 'integer',
        minimum: 1,
        maximum: 512,
        default: 128,
        description: 'Longest prediction id and group id, in characters.',
      },
      metrics: {
        type: 'array',
        items: { enum: metricFamilies },
        description: 'What will be measured: the fields for it are then required.',
      },
      schema: { type: 'object' },
    },
    required: ['model', 'modelType', 'environment', 'schema'],
    additionalProperties: false,
    allOf: [
      ...modelTypes.map((type) => when({ modelType: type }, { properties: { schema: { $ref: `#/$defs/${type}` } } })),
      ...modelTypes.flatMap((type) =>
        environments.map((environment) => when({ modelType: type, environment }, { properties: { schema: sidesOf(type, environment) } })),
      ),
      ...environments.map((environment) => when({ environment }, batchIds(environment))),
    ],
    $defs: Object.fromEntries(modelTypes.map((type) => [type, schemaOf(type)])),
  }
}

function when(values: Readonly<Record<string, string>>, consequence: JsonObject): JsonObject {
  const properties = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { const: value }]))
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
  return { if: { properties, required: Object.keys(values) }, then: consequence }
}

function schemaOf(type: ModelType): JsonObject {
  const keys = keysOf(type) as (keyof typeof schemaKeys)[]
  const besides = modelFields[type].flatMap(({ key, beside }) => (beside === undefined ? [] : [[key, [beside]] as const]))
  const together = (...names: string[]): JsonObject => ({ not: { required: names } })
  return {
    type: 'object',
    properties: Object.fromEntries(
      keys.map((key) => [key, { ...keyShapes[schemaKeys[key].shape].json, description: schemaKeys[key].about }]),
    ),
    required: ['prediction_id'],
    additionalProperties: false,
    ...(besides.length === 0 ? {} : { dependentRequired: Object.fromEntries(besides) }),
    allOf: [
      together('features', 'features_list'),
      together('tags', 'tags_list'),
      together('exclude', 'features'),
      together('exclude', 'features_list'),
    ],
  }
}

/** What a schema must name for the environment; without a prediction it has no features. */
function sidesOf(type: ModelType, environment: Environment): JsonObject {
  const side = (wanted: 'prediction' | 'actual'): JsonObject[] =>
    modelFields[type].flatMap((row) => (sideOf(row, environment) === wanted ? [{ required: [row.key] }] : []))
  if (rowNeeds[environment] === 'both') return { allOf: [{ anyOf: side('prediction') }, { anyOf: side('actual') }] }
  const withPrediction = ['features', 'features_list', embeddingRow.key].map((key) => ({ required: [key] }))
  return {
    anyOf: [...side('prediction'), ...side('actual'), { required: ['shap_values'] }],
    if: { anyOf: withPrediction },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
    then: { anyOf: side('prediction') },
  }
}

function batchIds(environment: Environment): JsonObject {
  const inSchema = { properties: { schema: { required: ['batch_id'] } }, required: ['schema'] }
  const given = { anyOf: [{ required: ['batchId'] }, inSchema] }
  return environment === 'validation' ? given : { not: given }
}
