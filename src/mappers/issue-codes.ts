import type { Check, Fix, Issue } from '../model/issue.js'

interface Definition {
  readonly severity: 'error' | 'warning'
  /** Words in braces are filled in. */
  readonly message: string
  readonly remedy: string
}

/**
 * Every issue that the built-in mappers make; docs/reference/issues.md lists the same. Codes are stable. Messages say
 * what, where and what was expected, and never hold a cell.
 */
export const issueCodes = {
  // The options of a mapper.
  'option-missing': { severity: 'error', message: '{path} is required: {expected}.', remedy: 'Add {path}.' },
  'option-invalid': { severity: 'error', message: '{path} must be {expected}.', remedy: 'Correct {path}.' },
  'option-unknown': { severity: 'error', message: '{path} is not {expected}.', remedy: '{remedy}' },
  'option-conflict': { severity: 'error', message: '{message}', remedy: '{remedy}' },
  'side-missing': { severity: 'error', message: '{message}.', remedy: 'Name the column that holds it in the schema.' },
  'prefix-repeated': {
    severity: 'error',
    message: '{field} and {other} have the same prefix {prefix}.',
    remedy: 'Give each its own prefix: a column can be one of them only.',
  },
  'feature-not-built': {
    severity: 'error',
    message: '{message}',
    remedy: '{remedy}',
  },
  // The columns of a file.
  'column-missing': { severity: 'error', message: 'The file has no column {column}, which {field} names.', remedy: '{remedy}' },
  'column-repeated': {
    severity: 'error',
    message: 'The file has {count} columns named {column}; {field} needs one.',
    remedy: 'Give each column of the file its own name.',
  },
  'column-unnamed': {
    severity: 'error',
    message: 'Column {number} of the file has no name and would be a feature.',
    remedy: 'Name it in the file, or list "" in exclude.',
  },
  'column-type': {
    severity: 'error',
    message: '{field} (column {column}) holds {found}; expected {expected}.',
    remedy: '{remedy}',
  },
  'column-shared': {
    severity: 'error',
    message: '{field} and {other} read the column {column} as different types.',
    remedy: 'Name a column for each, or declare one type for it in column_types.',
  },
  'exclude-unmatched': {
    severity: 'warning',
    message: 'exclude names the column {column}, which the file does not have.',
    remedy: 'Correct the name, or remove it from exclude.',
  },
  'column-type-unused': {
    severity: 'warning',
    message: 'column_types names the column {column}, which the file does not have.',
    remedy: 'Correct the name, or remove it from column_types.',
  },
  'suffix-empty': {
    severity: 'error',
    message: 'The column {column} is the prefix of {field} and nothing else, so it has no name.',
    remedy: 'Rename the column: the name comes after the prefix.',
  },
  'features-unmatched': {
    severity: 'error',
    message: 'No column begins with {prefix}, the prefix of features.',
    remedy: 'Correct the prefix, or leave features out to infer them from the columns.',
  },
  'prefix-unmatched': {
    severity: 'warning',
    message: 'No column begins with {prefix}, the prefix of {field}.',
    remedy: 'Correct the prefix, or remove {field} from the schema.',
  },
  'timestamp-zone-missing': {
    severity: 'warning',
    message: '{field} (column {column}) holds timestamps without a time zone; they are read as UTC.',
    remedy: 'Write timestamps with a zone if they are not in UTC.',
  },
  // The rows of a file.
  'id-missing': { severity: 'error', message: '{field} is empty.', remedy: 'Give every row an id of 1 to {limit} characters.' },
  'id-too-long': {
    severity: 'error',
    message: '{field} is longer than {limit} characters.',
    remedy: 'Shorten the ids, or raise maxIdLength (at most 512).',
  },
  'timestamp-missing': {
    severity: 'error',
    message: '{field} is empty.',
    remedy: 'Give every row a timestamp, or leave timestamp out of the schema: rows then get the time of import.',
  },
  'timestamp-invalid': {
    severity: 'error',
    message: '{field} is neither epoch seconds nor an RFC 3339 time with a zone.',
    remedy: 'Write seconds since 1970 (1650125707) or a time such as 2022-04-16T16:15:00Z.',
  },
  'timestamp-milliseconds': {
    severity: 'error',
    message: '{field} is outside the window as seconds, and inside it as milliseconds.',
    remedy: 'Divide by 1,000: epoch timestamps are in seconds.',
  },
  'timestamp-outside-window': {
    severity: 'error',
    message: '{field} is not between {from} and {to}.',
    remedy: 'Check the unit (epoch timestamps are in seconds) and the year, or widen timestampWindow.',
  },
  'number-not-finite': {
    severity: 'error',
    message: '{field} is not a finite number.',
    remedy: 'Write a number, or leave the cell empty: NaN and infinity cannot be used.',
  },
  'value-type': {
    severity: 'error',
    message: '{field} does not hold {expected}.',
    remedy: 'Correct the cell.',
  },
  'prediction-missing': {
    severity: 'error',
    message: 'The row has no prediction: {columns} are empty.',
    remedy: '{environment} rows need a prediction and an actual value.',
  },
  'actual-missing': {
    severity: 'error',
    message: 'The row has no actual value: {columns} are empty.',
    remedy: '{environment} rows need a prediction and an actual value.',
  },
  'nothing-to-measure': {
    severity: 'error',
    message: 'The row has nothing to measure: {columns} are empty.',
    remedy: 'Give every row a prediction, an actual value or SHAP values.',
  },
  'batch-id-missing': {
    severity: 'error',
    message: '{field} is empty and the job sets no batchId.',
    remedy: 'Give every validation row a batch id, or set batchId.',
  },
} as const satisfies Readonly<Record<string, Definition>>

export type IssueCode = keyof typeof issueCodes

/** A check or issue of the table with its words filled in. */
export function checkOf(
  code: IssueCode,
  words: Readonly<Record<string, string | number>>,
  more: { readonly field?: string; readonly fix?: Fix } = {},
): Check {
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_, word: string) => String(Object.hasOwn(words, word) ? words[word] : (more.field ?? '')))
  const { severity, message, remedy } = issueCodes[code]
  return { code, severity, message: fill(message), remedy: fill(remedy), ...more }
}

/** The same, as an issue of a column of the file or of an option. */
export function issueOf(
  code: IssueCode,
  words: Readonly<Record<string, string | number>>,
  more: { readonly field?: string; readonly fix?: Fix; readonly column?: string } = {},
): Issue {
  const { column, ...rest } = more
  return { ...checkOf(code, words, rest), ...(column === undefined ? {} : { column }) }
}

/** A name from outside, for a message: quoted, escaped, bounded. */
export function quoted(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 79)}…`)
}
