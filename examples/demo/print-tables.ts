import type { ManagedJobReport } from 'lading'
import type { JoinReport } from 'lading/duckdb'
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

export interface RunFigures {
  readonly files: number
  readonly ms: number
  readonly rows: number
  readonly bytes: number
}

/** What this run did. */
export function printRun(log: Log, { files, ms, rows, bytes }: RunFigures): void {
  const seconds = ms / 1000
  log('')
  if (files === 0) {
    log(`This run: nothing new (${seconds.toFixed(1)} s).`)
    return
  }
  const speed = `${(bytes / 1e6 / seconds).toFixed(1)} MB/s, ${Math.round(rows / seconds).toLocaleString('en')} rows/s`
  log(
    `This run: ${files} ${files === 1 ? 'file' : 'files'}, ${megabytes(bytes)} MB, ${rows.toLocaleString('en')} rows in ${seconds.toFixed(1)} s (${speed}).`,
  )
}

/** What a job's ledger holds. */
export function printLedger(log: Log, summary: ImportSummary, title = 'In the ledger'): void {
  const all = { format: 'all', files: 0, rows: 0, rejected: 0, bytes: 0 }
  for (const { files, rows, rejected, bytes } of summary.formats) {
    all.files += files
    all.rows += rows
    all.rejected += rejected
    all.bytes += bytes
  }
  log(`\n${title}:`)
  printTable(
    log,
    ['format', 'files', 'rows', 'rejected', 'MB'],
    [...summary.formats, all].map(({ format, files, rows, rejected, bytes }) => [format, files, rows, rejected, megabytes(bytes)]),
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
}

/** Where each job of the manager stands. */
export function printJobs(log: Log, jobs: readonly ManagedJobReport[]): void {
  log('\nThe jobs:')
  printTable(
    log,
    ['job', 'status', 'health', 'imported', 'failed', 'pending', 'rows', 'last import'],
    jobs.map(({ id, status, health, tally: { files, rowsWritten, lastImportedAt } }) => [
      id,
      status,
      health.state === 'ok' ? 'ok' : `${health.state}: ${health.code}`,
      files.imported,
      files.failed,
      files.pending + files.claimed,
      rowsWritten,
      lastImportedAt?.toISOString().slice(11, 19) ?? 'never',
    ]),
  )
}

export function printJoinReport(log: Log, { models }: JoinReport): void {
  log('\nDelayed actuals and the predictions that they belong to:')
  printTable(
    log,
    ['model', 'predictions', 'matched', 'waiting', 'outcomes', 'joined', 'waiting for a prediction', 'conflicting'],
    models.map(({ model, predictions, matched, waiting, outcomes, joined, outcomesWaiting, conflicting }) => [
      model,
      predictions,
      matched,
      waiting,
      outcomes,
      joined,
      outcomesWaiting,
      conflicting,
    ]),
  )
}

export function printErrorByMonth(log: Log, months: readonly MonthlyError[]): void {
  log('\nRead back with SQL: how far the baseline was off, in minutes:')
  printTable(
    log,
    ['month', 'flights', 'mean error', 'mean absolute error'],
    months.map(({ month, flights, meanError, meanAbsoluteError }) => [month, flights, meanError.toFixed(2), meanAbsoluteError.toFixed(2)]),
  )
}
