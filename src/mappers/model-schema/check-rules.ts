import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { checkMetrics } from './check-metrics.js'
import { groupFields, type ModelRow, modelFields, rowNeeds, sideOf } from './field-table.js'
import type { MetricFamily } from './metric-table.js'
import type { Environment, ModelType } from './model-type.js'
import { embeddingsOf, listOf, type NormalSchema, partsOf, textOf } from './normal-options.js'

interface Subject {
  readonly modelType: ModelType
  readonly environment: Environment
  readonly batchId?: string | undefined
  readonly metrics?: readonly MetricFamily[] | undefined
  readonly schema: NormalSchema
}
type Rule = (subject: Subject, fields: readonly ModelRow[]) => Issue[]

/** What the types cannot say, or nobody asked them: rules between the keys of one schema. */
export function checkRules(subject: Subject): Issue[] {
  const fields = modelFields[subject.modelType]
  return rules.flatMap((rule) => rule(subject, fields))
}

const has = (schema: NormalSchema, key: string): boolean => Object.hasOwn(schema, key) && schema[key] !== undefined

/** Does the schema name a column of this side? */
export function hasSide(
  { schema, environment }: Pick<Subject, 'schema' | 'environment'>,
  fields: readonly ModelRow[],
  side: 'prediction' | 'actual',
): boolean {
  return fields.some((field) => sideOf(field, environment) === side && has(schema, field.key))
}

const conflict = (field: string, message: string, remedy: string, remove = true): Issue =>
  issueOf('option-conflict', { message, remedy }, remove ? { field, fix: { action: 'remove', field } } : { field })

const rules: readonly Rule[] = [
  function sides({ modelType, environment, schema }, fields) {
    const keys = (side: 'prediction' | 'actual'): string[] =>
      fields.filter((field) => sideOf(field, environment) === side).map(({ key }) => key)
    const names = (side: 'prediction' | 'actual'): string => keys(side).join(' or ')
    const missing = (side: 'prediction' | 'actual', message: string): Issue[] => {
      const [field] = keys(side)
      return [issueOf('side-missing', { message }, field === undefined ? {} : { field, fix: { action: 'add', field } })]
    }
    const subject = { schema, environment }
    const prediction = hasSide(subject, fields, 'prediction')
    const actual = hasSide(subject, fields, 'actual')
    if (rowNeeds[environment] === 'both') {
      const data = `${environment} data of a ${modelType} model needs`
      if (!prediction) return missing('prediction', `${data} ${names('prediction')}`)
      return actual ? [] : missing('actual', `${data} ${names('actual')} beside the prediction`)
    }
    if (prediction || actual || has(schema, 'shap_values')) return []
    return missing('prediction', `a ${modelType} model needs ${names('prediction')}; delayed actuals need ${names('actual')}`)
  },

  function oneWayToNameAGroup({ schema }) {
    return groupFields.flatMap(({ key, list }) =>
      list !== undefined && has(schema, key) && has(schema, list)
        ? [conflict(list, `${key} and ${list} cannot stand together.`, `Keep the prefix or the list, not both.`)]
        : [],
    )
  },

  function excludeOnlyFromInferred({ schema }) {
    return ['features', 'features_list'].flatMap((key) =>
      has(schema, 'exclude') && has(schema, key)
        ? [
            conflict(
              'exclude',
              `exclude and ${key} cannot stand together: exclude belongs to inferred features.`,
              `Remove exclude, or remove ${key} to infer the features.`,
            ),
          ]
        : [],
    )
  },

  function delayedRowsHaveNoFeatures({ schema, environment }, fields) {
    if (hasSide({ schema, environment }, fields, 'prediction')) return []
    return ['features', 'features_list', 'embedding_features'].flatMap((key) =>
      has(schema, key)
        ? [
            conflict(
              key,
              `A schema without a prediction column cannot have ${key}: features come with their predictions.`,
              `Remove ${key}, or add the prediction column.`,
            ),
          ]
        : [],
    )
  },

  function prefixesDiffer({ schema }) {
    const prefixes = groupFields.flatMap(({ key }) => {
      const prefix = textOf(schema, key)
      return prefix === undefined ? [] : [{ key, prefix }]
    })
    return prefixes.flatMap(({ key, prefix }, i) => {
      const other = prefixes.slice(0, i).find((earlier) => earlier.prefix === prefix)
      return other === undefined ? [] : [issueOf('prefix-repeated', { other: other.key, prefix: quoted(prefix) }, { field: key })]
    })
  },

  function listsNameColumnsOnce({ schema }) {
    return ['features_list', 'tags_list'].flatMap((key) => {
      const names = listOf(schema, key) ?? []
      const repeated = names.find((name, i) => names.indexOf(name) !== i)
      return repeated === undefined
        ? []
        : [conflict(key, `${key} names the column ${quoted(repeated)} twice.`, 'Name each column once.', false)]
    })
  },

  function batchIdsBelongToValidation({ environment, schema, batchId }) {
    const given = batchId !== undefined ? 'batchId' : has(schema, 'batch_id') ? 'batch_id' : undefined
    if (environment === 'validation') {
      return given === undefined
        ? [
            issueOf(
              'option-missing',
              { path: 'batchId', expected: 'validation data needs batchId, or a batch_id column' },
              { field: 'batchId', fix: { action: 'add', field: 'batch_id' } },
            ),
          ]
        : []
    }
    return given === undefined
      ? []
      : [
          conflict(
            given,
            `${given} belongs to validation data, and this is ${environment}.`,
            `Remove ${given}, or set environment to validation.`,
          ),
        ]
  },

  function fieldsStandTogether({ schema }, fields) {
    return fields.flatMap(({ key, beside }) =>
      beside === undefined || !has(schema, key) || has(schema, beside)
        ? []
        : [issueOf('beside-missing', { other: beside }, { field: key, fix: { action: 'add', field: beside } })],
    )
  },

  /** Delayed rows are measured with the predictions they belong to. */
  function metricsHaveTheirFields({ modelType, environment, metrics, schema }, fields) {
    const subject = { schema, environment }
    if (metrics === undefined || !hasSide(subject, fields, 'prediction')) return []
    return checkMetrics(modelType, metrics, (key) => has(schema, key), hasSide(subject, fields, 'actual'))
  },

  function embeddingsHaveNames({ schema }) {
    const names = embeddingsOf(schema).map(({ feature_name }) => feature_name)
    const repeated = names.find((name, i) => names.indexOf(name) !== i)
    return repeated === undefined
      ? []
      : [
          conflict(
            'embedding_features',
            `embedding_features names ${quoted(repeated)} twice.`,
            'Give each embedding its own feature_name.',
            false,
          ),
        ]
  },

  function detectionsAreOfOneKind({ schema }) {
    const [first, second] = ['prediction_object_detection', 'actual_object_detection'].map((key) => partsOf(schema, key))
    if (first === undefined || second === undefined) return []
    return (first.polygons_column === undefined) === (second.polygons_column === undefined)
      ? []
      : [
          conflict(
            'actual_object_detection',
            'The prediction and the actual value must both be boxes or both be polygons.',
            'Name coordinates_column for both, or polygons_column for both.',
            false,
          ),
        ]
  },
]
