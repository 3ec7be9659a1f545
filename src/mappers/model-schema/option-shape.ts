import * as v from 'valibot'
import { keyShapes, name, text } from './key-shapes.js'
import { metricFamilies } from './metric-table.js'
import { environments, modelTypes } from './model-type.js'
import { schemaKeys } from './schema-keys.js'

const years = v.pipe(
  v.number('a number of years'),
  v.finite('a finite number of years'),
  v.minValue(0, 'at least 0 years'),
  v.maxValue(1000, 'at most 1000 years'),
)
const idLength = 'a whole number from 1 to 512'

/** Every key that some schema may have, and what its value must be. Messages finish the sentence "… must be". */
const schemaEntries = Object.fromEntries(Object.entries(schemaKeys).map(([key, { shape }]) => [key, v.optional(keyShapes[shape].check)]))

export const optionEntries = {
  model: name,
  space: v.optional(name),
  modelType: v.picklist(modelTypes, `one of ${modelTypes.join(', ')}`),
  environment: v.picklist(environments, `one of ${environments.join(', ')}`),
  version: v.optional(name),
  batchId: v.optional(name),
  timestampWindow: v.optional(v.object({ past: years, future: years }, 'an object with past and future, in years')),
  maxIdLength: v.optional(v.pipe(v.number(idLength), v.integer(idLength), v.minValue(1, idLength), v.maxValue(512, idLength))),
  metrics: v.optional(v.array(v.picklist(metricFamilies, `one of ${metricFamilies.join(', ')}`), `a list of ${metricFamilies.join(', ')}`)),
  schema: v.object({ ...schemaEntries, prediction_id: text }, 'an object of fields and columns'),
}

/** The options' shape; unknown keys and rules between keys are checked apart. */
export const optionShape = v.object(optionEntries, 'an object')
