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
    remedy: '{near}Correct the prefix, or leave features out to infer them from the columns.',
  },
  'prefix-unmatched': {
    severity: 'warning',
    message: 'No column begins with {prefix}, the prefix of {field}.',
    remedy: '{near}Correct the prefix, or remove {field} from the schema.',
  },
  'name-reserved': {
    severity: 'error',
    message: 'The column {column} of {field} has a reserved name: {why}.',
    remedy: '{remedy}',
  },
  'id-is-float': {
    severity: 'warning',
    message: '{field} (column {column}) holds floats; whole ones are taken as ids without their fraction.',
    remedy: 'Write ids as text or integers: a float keeps 15 digits of them.',
  },
  'issues-left-out': {
    severity: 'warning',
    message: '{count} more issues of the columns are not listed.',
    remedy: 'Mend those that are listed first.',
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
  'id-not-whole': {
    severity: 'error',
    message: '{field} is a float that is not a whole number, or too large to be exact.',
    remedy: 'Write ids as text or integers.',
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
  'timestamp-in-future': {
    severity: 'warning',
    message: '{field} is later than the first import of the file.',
    remedy: 'Check the clock and the time zone of whoever writes the files.',
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
  'json-invalid': {
    severity: 'error',
    message: '{field} is not {expected}.',
    remedy: 'Correct the cell: JSON has double quotes and no NaN. Leave it empty where there is no value.',
  },
  'class-count': {
    severity: 'error',
    message: '{field} has no class, or more than {most}.',
    remedy: 'Give 1 to {most} classes, or leave the cell empty.',
  },
  'class-name': {
    severity: 'error',
    message: '{field} has a class without a name, or with one of more than {longest} characters.',
    remedy: 'Name each class with 1 to {longest} characters.',
  },
  'class-repeated': { severity: 'error', message: '{field} has a class twice.', remedy: 'Give each class once.' },
  'class-score-range': {
    severity: 'error',
    message: '{field} has a score that is not a number from 0 to 1.',
    remedy: 'Give each class a score from 0 to 1.',
  },
  'class-truth': {
    severity: 'error',
    message: '{field} has a score that is neither 0 nor 1.',
    remedy: 'Give the classes that were right the score 1, and others 0 or nothing.',
  },
  'threshold-classes': {
    severity: 'error',
    message: '{field} does not have the classes of prediction_scores.',
    remedy: 'Give each class of the prediction its threshold, and no other class one.',
  },
  'rank-missing': { severity: 'error', message: '{field} is empty.', remedy: 'Give every row its rank in the group, from 1.' },
  'rank-invalid': {
    severity: 'error',
    message: '{field} is not a whole number from 1 to {most}.',
    remedy: 'Give ranks from 1 to {most}; leave lower items of a group out.',
  },
  'rank-repeated': {
    severity: 'error',
    message: '{field} is the rank of an earlier row of its group.',
    remedy: 'Give each item of a group its own rank.',
  },
  'relevance-label-empty': {
    severity: 'error',
    message: '{field} has an empty label, or is a list without labels.',
    remedy: 'Leave the cell empty (null) where nothing is known.',
  },
  'embedding-empty': {
    severity: 'error',
    message: '{field} is a vector without numbers.',
    remedy: 'Leave the cell empty (null) where there is no embedding.',
  },
  'embedding-dimension': {
    severity: 'error',
    message: '{field} is a vector of one number, or of more than {most}.',
    remedy: 'Give vectors of 2 to {most} numbers.',
  },
  'embedding-not-finite': {
    severity: 'error',
    message: '{field} is a vector with NaN, infinity or null.',
    remedy: 'Give vectors of finite numbers, or leave the cell empty (null).',
  },
  'raw-data-too-long': {
    severity: 'error',
    message: '{field} is longer than {limit} characters.',
    remedy: 'Shorten the raw data, or give a link to it.',
  },
  'raw-data-truncated': {
    severity: 'warning',
    message: '{field} is cut to {limit} characters.',
    remedy: 'Shorten the raw data, or give a link to it.',
  },
  'tag-too-long': { severity: 'error', message: '{field} has a tag of more than {limit} characters.', remedy: 'Shorten the tag.' },
  'tag-truncated': { severity: 'warning', message: '{field} has a tag that is cut to {limit} characters.', remedy: 'Shorten the tag.' },
  'text-too-long': { severity: 'error', message: '{field} is longer than {limit} characters.', remedy: 'Shorten the text.' },
  'text-truncated': { severity: 'warning', message: '{field} is cut to {limit} characters.', remedy: 'Shorten the text.' },
  'box-coordinates': {
    severity: 'error',
    message: '{field} has a box that is not [x1, y1, x2, y2] with 0 <= x1 < x2 and 0 <= y1 < y2.',
    remedy: 'Give boxes in Pascal VOC: left, top, right, bottom, in pixels.',
  },
  'polygon-coordinates': {
    severity: 'error',
    message: '{field} has a polygon that is not [x1, y1, x2, y2, …] of 3 to {most} points without negative numbers.',
    remedy: 'Give x and y of each point in turn, in pixels.',
  },
  'polygon-point-repeated': {
    severity: 'error',
    message: '{field} has a polygon with a point twice.',
    remedy: 'Give each point once: the last is joined to the first without repeating it.',
  },
  'polygon-self-intersecting': {
    severity: 'error',
    message: '{field} has a polygon whose sides cross or touch.',
    remedy: 'Give the points in order around the polygon.',
  },
  'category-missing': { severity: 'error', message: '{field} has a category that is null.', remedy: 'Give every box its category.' },
  'detection-score-range': {
    severity: 'error',
    message: '{field} has a score that is not a number from 0 to 1.',
    remedy: 'Give each box a score from 0 to 1.',
  },
  'detection-incomplete': {
    severity: 'error',
    message: '{field} has no {part} in a row that has the others.',
    remedy: 'Fill the columns of a detection together, or leave all of them empty.',
  },
  'detection-counts': {
    severity: 'error',
    message: '{field} has lists of different lengths in one row.',
    remedy: 'Give each box one category, and one score where scores are mapped.',
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
  'text-blank': { severity: 'error', message: '{field} is blank.', remedy: 'Write a name, or leave the cell empty (null).' },
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
