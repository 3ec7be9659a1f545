import type { ImportJob, RunReport } from 'lading'
import { type ImportSummary, importSummary } from './import-summary.js'
import { printLedger, printRun } from './print-tables.js'
import { showProgress } from './show-progress.js'

export interface ImportRun {
  readonly report: RunReport
  readonly summary: ImportSummary
}

/** One run of a job, with progress while it goes and tables at the end. Closes the job. */
export async function runImport(job: ImportJob, prefix: string, log: (line: string) => void): Promise<ImportRun> {
  const run = { ms: 0, rows: 0, bytes: 0 }
  job.on('fileImported', ({ file, counts }) => {
    run.rows += counts.rowsRead
    run.bytes += file.size
  })
  const endProgress = showProgress(job, prefix, log)
  const start = performance.now()
  try {
    const report = await job.runOnce()
    run.ms = performance.now() - start
    endProgress()
    const summary = await importSummary(job.files())
    printRun(log, { ...run, files: report.imported })
    printLedger(log, summary)
    for (const error of report.errors) log(`\n${error.code}: ${error.message} ${error.remedy ?? ''}`)
    return { report, summary }
  } finally {
    endProgress()
    await job.close()
  }
}
