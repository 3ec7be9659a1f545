import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ImportJob, modelSchema, parseModelSchema } from 'lading'
import { duckdbSink } from 'lading/duckdb'
import { s3Source } from 'lading/s3'
import { sqliteStore } from 'lading/sqlite'
import { type BucketRun, UsageError } from './demo-arguments.js'
import { type ImportRun, runImport } from './run-import.js'

/** Imports from a bucket of yours into a DuckDB file of its own; credentials come from where the AWS SDK looks for them. */
export async function importBucket(
  run: BucketRun,
  folder: string,
  log: (line: string) => void,
): Promise<ImportRun & { readonly ok: boolean }> {
  const { url, ingestionKey, role, region } = run
  const schema = modelSchema(parseModelSchema(await readJson(run.schema)))
  const place = { url, role: role ?? undefined, region: region ?? undefined }
  const source = ingestionKey === null ? s3Source({ ...place, ownership: 'unchecked' }) : s3Source({ ...place, ingestionKey })
  const state = join(folder, 'buckets', createHash('sha256').update(url).digest('hex').slice(0, 16))
  await mkdir(state, { recursive: true })
  const database = join(state, 'import.duckdb')
  const job = new ImportJob({
    id: url.slice(0, 200),
    source,
    mapper: schema,
    sink: duckdbSink({ database }),
    store: sqliteStore(join(state, 'imports.db')),
  })
  const dryRun = await job.dryRun()
  if (!dryRun.ok) {
    for (const { code, message, remedy } of dryRun.errors) log(`${code}: ${message} ${remedy ?? ''}`)
    for (const { code, message, remedy } of dryRun.issues) log(`${code}: ${message} ${remedy ?? ''}`)
    log('The dry run failed: nothing was imported.')
    await job.close()
    return {
      report: { outcome: 'blocked', imported: 0, failed: 0, rejectedRows: 0, remaining: 0, errors: dryRun.errors },
      summary: NOTHING,
      ok: false,
    }
  }
  log(
    `Dry run: ${dryRun.filesMatched} files match, ${dryRun.sample?.records.length ?? 0} rows of ${dryRun.sample?.key ?? 'none'} were mapped.`,
  )
  const done = await runImport(job, new URL(url).pathname.slice(1), log)
  log(`\nThe rows are in ${database}; run again to import what is new.`)
  return { ...done, ok: done.report.errors.length === 0 && done.summary.failed.length === 0 }
}

const NOTHING = { formats: [], failed: [], skipped: 0, rows: 0, rejected: 0, reasons: new Map() }

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`--schema ${path} cannot be read as JSON: ${(error as Error).message}`)
  }
}
