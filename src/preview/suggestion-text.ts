import { safeText } from './example-text.js'
import { previewText } from './preview-text.js'
import type { SchemaSuggestion } from './suggest-schema.js'
import { firstOf, textTable } from './text-table.js'

const mostLines = 50
const shownColumns = 4

/** A suggestion as a page of plain text: the schema, why, what to answer, and the file under it. */
export function suggestionText({ options, reasons, questions, preview }: SchemaSuggestion): string {
  const why = firstOf(reasons, mostLines, 'reasons')
  const open = firstOf(questions, mostLines, 'questions')
  const columnsOf = (columns: readonly string[]): string =>
    [...columns.slice(0, shownColumns), ...(columns.length > shownColumns ? [`… ${columns.length - shownColumns} more`] : [])].join(', ')
  return [
    ...(options === null
      ? ['No schema can be proposed.']
      : JSON.stringify(options, null, 2)
          .split('\n')
          .map((line) => safeText(line, 400))),
    '',
    'Why',
    ...textTable(
      why.first.map(({ key, certainty, columns, because }) => [key, certainty, columnsOf(columns), because]),
      '  ',
    ),
    ...why.rest,
    ...(questions.length === 0 ? [] : ['', 'Please answer']),
    ...open.first.map(({ about, question }) => `  ${about}: ${safeText(question, 400)}`),
    ...open.rest,
    ...(preview === null ? [] : ['', previewText(preview)]),
  ].join('\n')
}
