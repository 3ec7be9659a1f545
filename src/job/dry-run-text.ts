import { formatBytes } from '../util/bytes.js'
import type { DryRunFile, DryRunIssue, DryRunReport } from './dry-run-report.js'

const MOST_ISSUES = 50
const LONGEST = 400
/** Characters that command a terminal or turn a line around. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** A dry run as a page of plain text, without a cell of any file. */
export function dryRunText(report: DryRunReport<unknown>): string {
  const { jobId, place, validationStatus, error, filePath, access, files, issues, hints, errors, requests } = report
  return [
    `Dry run of ${safe(jobId)}: ${validationStatus}`,
    `  ${safe(place)}`,
    ...(error === null ? [] : [`  ${error.code}: ${safe(error.message)}`]),
    ...(error === null || filePath === null ? [] : [`  in ${safe(filePath)}${error.row === null ? '' : `, row ${error.row}`}`]),
    ...section(
      'Access',
      access.flatMap(({ ok, tried, permission, message, remedy }) => [
        `${tried === false ? '?   ' : ok ? 'ok  ' : 'FAIL'} ${permission}: ${safe(message)}`,
        ...(ok || remedy === undefined ? [] : [`     ${safe(remedy)}`]),
      ]),
    ),
    ...section('Files', listingLines(report)),
    ...section('Looked into', files.map(fileLine)),
    ...section(
      'Errors',
      errors.flatMap(({ code, message, remedy }) => [`${code}: ${safe(message)}`, ...(remedy === undefined ? [] : [`  ${safe(remedy)}`])]),
    ),
    ...section('Issues', [
      ...issues.slice(0, MOST_ISSUES).flatMap((issue) => issueLines(issue, files.length > 1)),
      ...(issues.length > MOST_ISSUES ? [`… and ${issues.length - MOST_ISSUES} more`] : []),
    ]),
    ...section(
      'Hints',
      hints.flatMap(({ message, remedy }) => [safe(message), `  ${safe(remedy)}`]),
    ),
    ...(requests === null
      ? []
      : ['', `Requests: ${requests.list} LIST, ${requests.head} HEAD, ${requests.get} GET; those of the access checks apart`]),
  ].join('\n')
}

function listingLines(report: DryRunReport<unknown>): string[] {
  const { filesMatched, listedAll, bytesMatched, firstKeys, filesSkipped, filesNotEligible, nearMisses } = report
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  const [skipped, notEligible] = [counts(filesSkipped), counts(filesNotEligible)]
  return [
    `${listedAll ? '' : 'at least '}${filesMatched} would be imported, ${formatBytes(bytesMatched)}`,
    ...(skipped === '' ? [] : [`skipped: ${skipped}`]),
    ...(notEligible === '' ? [] : [`not selected: ${notEligible}`]),
    ...firstKeys.map((key) => `  ${safe(key)}`),
    ...(filesMatched > firstKeys.length ? ['  …'] : []),
    ...nearMisses.map(({ key, why }) => `not imported: ${safe(key)}: ${safe(why)}`),
  ]
}

function fileLine({ key, size, format, columns, reads, rowsRead, rowsAccepted, rowsRejected, error }: DryRunFile): string {
  const what =
    format === null || (rowsRead === 0 && error !== null)
      ? (error?.code ?? 'not read')
      : `${columns.length} columns, ${reads.length} mapped; rows: ${rowsRead} read, ${rowsAccepted} accepted, ${rowsRejected} rejected`
  return `${safe(key)}: ${[format, formatBytes(size)].filter((part) => part !== null).join(', ')}; ${what}`
}

function issueLines({ severity, code, message, remedy, key, column, row, rows }: DryRunIssue, withKey: boolean): string[] {
  const where = [
    withKey ? safe(key) : null,
    column === undefined ? null : `column ${safe(column)}`,
    row === undefined ? null : `row ${row}`,
    rows === undefined || rows === 1 ? null : `${rows} rows`,
  ].filter((part) => part !== null)
  return [
    `${severity} ${code}: ${safe(message)}${where.length === 0 ? '' : ` (${where.join(', ')})`}`,
    ...(remedy === undefined ? [] : [`  ${safe(remedy)}`]),
  ]
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

function safe(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
  return shown.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
