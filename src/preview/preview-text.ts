import type { Issue } from '../model/issue.js'
import { safeText } from './example-text.js'
import type { SampleIssue } from './map-sample.js'
import type { PreviewColumn, SchemaPreview, SeenColumn } from './schema-preview.js'
import { firstOf, textTable } from './text-table.js'

const mostColumns = 200
const mostIssues = 50

/** A preview as a page of plain text: the mapped columns as a table, what is not mapped, and the problems. */
export function previewText({ file, columns, notMapped, sample, issues }: SchemaPreview): string {
  const mapped = firstOf(columns, mostColumns, 'columns')
  const left = firstOf(notMapped, mostColumns, 'columns')
  const problems = firstOf(issues, mostIssues, 'problems')
  const { rows, accepted, rejected } = sample
  const outcome = accepted === null ? 'the columns do not fit the schema' : `${accepted} accepted, ${rejected} rejected`
  return [
    `${safeText(file.key, 200)}: ${file.format}, ${count(file.columns, 'column')}; ${count(rows, 'row')} looked at, ${outcome}`,
    '',
    ...textTable([
      ['field', 'column', 'type', 'empty', 'examples'],
      ...mapped.first.map((column) => [fieldOf(column), column.source, ...cellsOf(column)]),
    ]),
    ...mapped.rest,
    ...(notMapped.length === 0 ? [] : ['', 'Not mapped']),
    ...textTable(
      left.first.map((column) => [column.source, column.why, ...cellsOf(column)]),
      '  ',
    ),
    ...left.rest,
    ...(issues.length === 0 ? [] : ['', 'Problems']),
    ...problems.first.flatMap(problemLines),
    ...problems.rest,
  ].join('\n')
}

function fieldOf({ role, name }: PreviewColumn): string {
  return role === name || role === 'version' ? role : `${role}.${name}`
}

function cellsOf({ type, nullShare, examples }: SeenColumn): string[] {
  return [type, nullShare === null ? '' : percent(nullShare), examples.join(', ')]
}

function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %'
  return `${share === 1 ? 100 : Math.min(99, Math.round(100 * share))} %`
}

function problemLines(issue: Issue | SampleIssue): string[] {
  const where = [
    issue.row === undefined ? '' : `row ${issue.row}`,
    issue.column === undefined ? '' : `column ${safeText(issue.column, 80)}`,
    'rows' in issue && issue.rows > 1 ? `${issue.rows} rows` : '',
  ].filter((part) => part !== '')
  const place = where.length === 0 ? '' : ` (${where.join(', ')})`
  return [
    `  ${issue.severity}: ${safeText(issue.message, 400)}${place}`,
    ...(issue.remedy === undefined ? [] : [`    ${safeText(issue.remedy, 400)}`]),
  ]
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
