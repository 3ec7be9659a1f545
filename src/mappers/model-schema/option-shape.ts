import * as v from 'valibot'
import { declaredTypes } from '../type-words.js'
import { commonFields, fieldKeys } from './field-table.js'
import { environments, modelTypes } from './model-type.js'

const text = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'))
const texts = v.pipe(v.array(text, 'a list of column names'), v.nonEmpty('a list with at least one column name'))
const years = v.pipe(
  v.number('a number of years'),
  v.finite('a finite number of years'),
  v.minValue(0, 'at least 0 years'),
  v.maxValue(1000, 'at most 1000 years'),
)
const typeNames = Object.keys(declaredTypes)

const boxes = v.object(
  { coordinates_column: text, categories_column: text, scores_column: v.optional(text) },
  'an object with coordinates_column and categories_column',
)
const embeddings = v.array(
  v.object(
    { feature_name: text, vector_column: text, raw_data_column: v.optional(text), link_to_data_column: v.optional(text) },
    'an object with feature_name and vector_column',
  ),
  'a list of embedding features',
)
/** Not `record`, which leaves out columns named like members of Object.prototype. */
const columnTypes = v.custom<Readonly<Record<string, string>>>(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every((type) => typeNames.includes(String(type))),
  `an object of column names and types (${typeNames.join(', ')})`,
)

const fields = Object.fromEntries([
  ...[...commonFields.map(({ key }) => key), ...Object.values(fieldKeys).flat()].map((key) => [
    key,
    v.optional(key.endsWith('_object_detection') ? boxes : text),
  ]),
]) as Record<string, v.OptionalSchema<typeof text, undefined>>

/** Every key that some schema may have, and what its value must be. Messages finish the sentence "… must be". */
export const schemaEntries = {
  ...fields,
  prediction_id: text,
  features: v.optional(text),
  features_list: v.optional(texts),
  tags: v.optional(text),
  tags_list: v.optional(texts),
  shap_values: v.optional(text),
  // An empty name is a column's that has none: index columns have that.
  exclude: v.optional(v.array(v.string('a column name'), 'a list of column names')),
  embedding_features: v.optional(embeddings),
  column_types: v.optional(columnTypes),
}

export const optionEntries = {
  model: text,
  space: v.optional(text),
  modelType: v.picklist(modelTypes, `one of ${modelTypes.join(', ')}`),
  environment: v.picklist(environments, `one of ${environments.join(', ')}`),
  version: v.optional(text),
  batchId: v.optional(text),
  timestampWindow: v.optional(v.object({ past: years, future: years }, 'an object with past and future, in years')),
  maxIdLength: v.optional(
    v.pipe(
      v.number('a whole number from 1 to 512'),
      v.integer('a whole number from 1 to 512'),
      v.minValue(1, 'a whole number from 1 to 512'),
      v.maxValue(512, 'a whole number from 1 to 512'),
    ),
  ),
  schema: v.object(schemaEntries, 'an object of fields and columns'),
}

/** The options' shape; unknown keys and rules between keys are checked apart. */
export const optionShape = v.object(optionEntries, 'an object')
