import type { IssueDefinition } from './issue-definition.js'

/** What can be wrong with the columns of a file, before a row is read. */
export const columnIssues = {
  'column-missing': { severity: 'error', message: 'The file has no column {column}, which {field} names.', remedy: '{remedy}' },
  'column-repeated': {
    severity: 'error',
    message: 'The file has {count} columns named {column}; {field} needs one.',
    remedy: 'Give each column of the file its own name.',
    expected: 'one column of this name',
  },
  'column-unnamed': {
    severity: 'error',
    message: 'Column {number} of the file has no name and would be a feature.',
    remedy: 'Name it in the file, or list "" in exclude.',
    expected: 'a name for each feature',
  },
  'column-type': {
    severity: 'error',
    message: '{field} (column {column}) holds {found}; expected {expected}.',
    remedy: '{remedy}',
    expected: '{expected}',
  },
  'column-shared': {
    severity: 'error',
    message: '{field} and {other} read the column {column} as different types.',
    remedy: 'Name a column for each, or declare one type for it in column_types.',
    expected: '{expected}',
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
    expected: 'a name after the prefix',
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
    expected: 'text or whole numbers',
  },
  'decimal-is-rounded': {
    severity: 'warning',
    message: '{field} (column {column}) holds decimals of more than 15 digits; they are rounded to 64-bit floats.',
    remedy: 'Write decimals of at most 15 digits, or as text where each digit counts.',
    expected: 'numbers of at most 15 digits',
  },
  'embedding-column-empty': {
    severity: 'warning',
    message: '{field} (column {column}) holds nothing but nulls: no row of the file has this embedding.',
    remedy: 'Write the vectors, or remove the embedding from the schema.',
    expected: 'lists of numbers',
  },
  'timestamp-zone-missing': {
    severity: 'warning',
    message: '{field} (column {column}) holds timestamps without a time zone; they are read as UTC.',
    remedy: 'Write timestamps with a zone if they are not in UTC.',
    expected: 'timestamps with a time zone',
  },
  'issues-left-out': {
    severity: 'warning',
    message: '{count} more issues of the columns are not listed.',
    remedy: 'Mend those that are listed first.',
  },
} as const satisfies Readonly<Record<string, IssueDefinition>>
