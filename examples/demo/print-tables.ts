import type { RunReport } from 'lading'
import type { ImportSummary } from './import-summary.js'
import type { MonthlyError } from './verify-import.js'

type Log = (line: string) => void
type Cell = string | number

const text = (cell: Cell): string => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const isNumeric = (cell: Cell): boolean => typeof cell === 'number' || /^-?[\d.,]+$/.test(cell)

/** Columns as wide as they must be; numbers to the right. */
export function printTable(log: Log, headers: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const widths = headers.map((header, i) => Math.max(header.length, ...rows.map((row) => text(row[i] ?? '').length)))
  const line = (cells: readonly Cell[], sample: readonly Cell[]): string =>
    cells
      .map((cell, i) => (isNumeric(sample[i] ?? '') ? text(cell).padStart(widths[i] ?? 0) : text(cell).padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  log(`  ${line(headers, rows[0] ?? [])}`)
  log(`  ${widths.map((width) => '─'.repeat(width)).join('  ')}`)
  for (const row of rows) log(`  ${line(row, row)}`)
}

/** What this run did, and what the ledger holds after it. */
export function printImport(
  log: Log,
  report: RunReport,
  run: { readonly ms: number; readonly rows: number; readonly bytes: number },
  summary: ImportSummary,
): void {
  const seconds = run.ms / 1000
  log('')
  if (report.imported === 0) log(`This run: nothing new (${seconds.toFixed(1)} s).`)
  else {
    const speed = `${(run.bytes / 1e6 / seconds).toFixed(1)} MB/s, ${Math.round(run.rows / seconds).toLocaleString('en')} rows/s`
    log(
      `This run: ${report.imported} ${report.imported === 1 ? 'file' : 'files'}, ${megabytes(run.bytes)} MB, ${run.rows.toLocaleString('en')} rows in ${seconds.toFixed(1)} s (${speed}).`,
    )
  }
  log('\nIn the ledger:')
  printTable(
    log,
    ['format', 'files', 'rows', 'rejected', 'MB'],
    [
      ...summary.formats.map(({ format, files, rows, rejected, bytes }) => [format, files, rows, rejected, megabytes(bytes)]),
      [
        'all',
        summary.formats.reduce((sum, { files }) => sum + files, 0),
        summary.rows,
        summary.rejected,
        megabytes(summary.formats.reduce((sum, { bytes }) => sum + bytes, 0)),
      ],
    ],
  )
  if (summary.reasons.size > 0) {
    log('\nRejected rows, by reason:')
    printTable(
      log,
      ['reason', 'rows', 'first at'],
      [...summary.reasons].map(([reason, places]) => [reason, places.length, `row ${places[0]?.row} of ${places[0]?.key}`]),
    )
  }
  for (const { key, error } of summary.failed) log(`\nFailed: ${key}: ${error?.code} ${error?.message} ${error?.remedy ?? ''}`)
  for (const error of report.errors) log(`\n${error.code}: ${error.message} ${error.remedy ?? ''}`)
}

export function printErrorByMonth(log: Log, months: readonly MonthlyError[]): void {
  log('\nRead back with SQL: how far the baseline was off, in minutes:')
  printTable(
    log,
    ['month', 'flights', 'mean error', 'mean absolute error'],
    months.map(({ month, flights, meanError, meanAbsoluteError }) => [month, flights, meanError.toFixed(2), meanAbsoluteError.toFixed(2)]),
  )
}
