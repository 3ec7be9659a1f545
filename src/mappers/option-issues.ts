import type { IssueDefinition } from './issue-definition.js'

/** What can be wrong with the options of a mapper. */
export const optionIssues = {
  'option-missing': { severity: 'error', message: '{path} is required: {expected}.', remedy: 'Add {path}.' },
  'option-invalid': { severity: 'error', message: '{path} must be {expected}.', remedy: 'Correct {path}.', expected: '{expected}' },
  'option-unknown': { severity: 'error', message: '{path} is not {expected}.', remedy: '{remedy}' },
  'option-conflict': { severity: 'error', message: '{message}', remedy: '{remedy}' },
  'side-missing': { severity: 'error', message: '{message}.', remedy: 'Name the column that holds it in the schema.' },
  'prefix-repeated': {
    severity: 'error',
    message: '{field} and {other} have the same prefix {prefix}.',
    remedy: 'Give each its own prefix: a column can be one of them only.',
  },
  'beside-missing': {
    severity: 'error',
    message: '{field} needs {other} beside it.',
    remedy: 'Name the column of {other} in the schema, or remove {field}.',
  },
  'metric-columns-missing': {
    severity: 'error',
    message: 'The metrics {metrics} of a {modelType} model need {columns}.',
    remedy: 'Name the columns in the schema, or ask for other metrics.',
  },
  'metrics-unknown': {
    severity: 'error',
    message: 'A {modelType} model has no metrics {metrics} together.',
    remedy: 'Ask for one of: {known}.',
    expected: '{known}',
  },
} as const satisfies Readonly<Record<string, IssueDefinition>>
