import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { type FieldRow, groupFields, modelFields, rowNeeds } from './field-table.js'
import type { Environment, ModelType } from './model-type.js'
import { listOf, type NormalSchema, textOf } from './normal-options.js'

interface Subject {
  readonly modelType: ModelType
  readonly environment: Environment
  readonly batchId?: string | undefined
  readonly schema: NormalSchema
}
type Rule = (subject: Subject, fields: readonly FieldRow[]) => Issue[]

/** What the types cannot say, or nobody asked them: rules between the keys of one schema. */
export function checkRules(subject: Subject): Issue[] {
  const fields = modelFields[subject.modelType]
  if (fields === undefined) {
    return [
      issueOf(
        'feature-not-built',
        {
          message: `This version maps ${Object.keys(modelFields).join(' and ')}; ${subject.modelType} comes in the next release.`,
          remedy: `Use modelType ${Object.keys(modelFields).join(' or ')}, or wait for the next release.`,
        },
        { field: 'modelType' },
      ),
    ]
  }
  return rules.flatMap((rule) => rule(subject, fields))
}

/** Does the schema name a column of this side? */
export function hasSide(schema: NormalSchema, fields: readonly FieldRow[], side: 'prediction' | 'actual'): boolean {
  return fields.some((field) => field.side === side && textOf(schema, field.key) !== undefined)
}

const has = (schema: NormalSchema, key: string): boolean => schema[key] !== undefined

const conflict = (field: string, message: string, remedy: string, remove = true): Issue =>
  issueOf('option-conflict', { message, remedy }, remove ? { field, fix: { action: 'remove', field } } : { field })

const rules: readonly Rule[] = [
  function sides({ modelType, environment, schema }, fields) {
    const names = (side: 'prediction' | 'actual'): string =>
      fields
        .filter((field) => field.side === side)
        .map(({ key }) => key)
        .join(' or ')
    const prediction = hasSide(schema, fields, 'prediction')
    const actual = hasSide(schema, fields, 'actual')
    if (rowNeeds[environment] === 'both') {
      if (!prediction)
        return [issueOf('side-missing', { message: `${environment} data of a ${modelType} model needs ${names('prediction')}` })]
      return actual
        ? []
        : [
            issueOf('side-missing', {
              message: `${environment} data of a ${modelType} model needs ${names('actual')} beside the prediction`,
            }),
          ]
    }
    if (prediction || actual || has(schema, 'shap_values')) return []
    return [
      issueOf('side-missing', { message: `a ${modelType} model needs ${names('prediction')}; delayed actuals need ${names('actual')}` }),
    ]
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

  function delayedRowsHaveNoFeatures({ schema }, fields) {
    if (hasSide(schema, fields, 'prediction')) return []
    return ['features', 'features_list'].flatMap((key) =>
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
              { field: 'batchId' },
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

  function embeddingsComeLater({ schema }) {
    return has(schema, 'embedding_features')
      ? [
          issueOf(
            'feature-not-built',
            { message: 'embedding_features come in the next release.', remedy: 'Remove embedding_features.' },
            { field: 'embedding_features', fix: { action: 'remove', field: 'embedding_features' } },
          ),
        ]
      : []
  },
]
