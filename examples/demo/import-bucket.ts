import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ImportJob, modelSchema, parseModelSchema } from 'lading'
import { duckdbSink } from 'lading/duckdb'
import { s3Source } from 'lading/s3'
import { sqliteStore } from 'lading/sqlite'
import { type BucketRun, UsageError } from './demo-arguments.js'
import { runImport } from './run-import.js'

/**
 * Imports from a bucket of yours into a DuckDB file of its own below `folder`; credentials come from where the AWS SDK
 * looks for them. False when something went wrong, which was logged.
 */
export async function importBucket(run: BucketRun, folder: string, log: (line: string) => void): Promise<boolean> {
  const mapper = modelSchema(parseModelSchema(await readJson(run.schema)))
  const state = join(folder, 'buckets', createHash('sha256').update(run.url).digest('hex').slice(0, 16))
  await mkdir(state, { recursive: true })
  const database = join(state, 'import.duckdb')
  const job = new ImportJob({
    id: run.url.slice(0, 200),
    source: sourceOf(run),
    mapper,
    sink: duckdbSink({ database }),
    store: sqliteStore(join(state, 'imports.db')),
  })
  const dryRun = await job.dryRun()
  for (const { code, message, remedy } of [...dryRun.errors, ...dryRun.issues].slice(0, 10)) log(`${code}: ${message} ${remedy ?? ''}`)
  if (!dryRun.ok) {
    log('The dry run failed: nothing was imported.')
    await job.close()
    return false
  }
  log(
    `Dry run: ${dryRun.filesMatched} files match; ${dryRun.sample?.records.length ?? 0} rows of ${dryRun.sample?.key ?? 'none'} were mapped.`,
  )
  const { report, summary } = await runImport(job, new URL(run.url).pathname.slice(1), log)
  log(`\nThe rows are in ${database}; run again to import what is new.`)
  return report.errors.length === 0 && summary.failed.length === 0
}

function sourceOf({ url, ingestionKey, role, region, endpoint }: BucketRun) {
  const place = { url, role: role ?? undefined, region: region ?? undefined, endpoint: endpoint ?? undefined }
  return ingestionKey === null ? s3Source({ ...place, ownership: 'unchecked' }) : s3Source({ ...place, ingestionKey })
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`--schema ${path} cannot be read as JSON: ${(error as Error).message}`)
  }
}
