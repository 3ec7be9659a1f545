import type { AccessFinding } from '../contracts/object-source.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import { detectFormat, stripCompression } from '../decoders/detect/detect-format.js'
import { ConfigError, type ImportError, SourceError } from '../errors.js'
import { unpack } from '../isolation/unpack.js'
import type { FileContext } from '../model/file.js'
import type { Issue } from '../model/issue.js'
import { issuesOf } from '../model/issues-of.js'
import type { ObjectInfo } from '../model/object-info.js'
import { openGuarded, sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import type { DryRunOptions, DryRunReport } from './job-report.js'
import { readHead, storedBytes } from './open-bytes.js'
import { isStorableKey, skipRule } from './skip-rules.js'

/** Pages looked at: enough to say what is there, whatever the size of the bucket. */
const MOST_PAGES = 10
const MOST_ISSUES = 100

/**
 * Access, listing, and the first file's schema and rows. Writes nothing: not to the sink, not to the ledger. Resolves
 * also when something is wrong; everything that is wrong is in the report.
 */
export async function dryRun<R>(job: JobContext, mapper: SchemaMapper<R>, options: DryRunOptions): Promise<DryRunReport<R>> {
  const signal = options.signal ?? new AbortController().signal
  const errors: ImportError[] = []
  const keep = (error: unknown): void => {
    signal.throwIfAborted()
    errors.push(sourceErrorFrom(error))
  }
  const access = await findAccess(job, signal).catch((error: unknown) => {
    keep(error)
    return []
  })
  const found = await look(job, signal).catch((error: unknown) => {
    keep(error)
    return { matched: 0, skipped: {}, first: null }
  })
  if (found.first === null && errors.length === 0) errors.push(nothingFound(job, found.skipped))
  const sampled = found.first === null ? null : await sample(job, mapper, found.first, options.rows ?? 100, signal).catch(keep)
  const issues = sampled?.issues ?? errors.flatMap((error) => error.issues)
  return {
    ok: errors.length === 0 && access.every(({ ok }) => ok),
    access,
    filesMatched: found.matched,
    filesSkipped: found.skipped,
    sample: sampled?.sample ?? null,
    issues,
    errors,
  }
}

async function findAccess({ source }: JobContext, signal: AbortSignal): Promise<readonly AccessFinding[]> {
  const findings = (await source.check?.({ signal })) ?? []
  await source.checkOwnership?.({ signal })
  return findings
}

async function look(job: JobContext, signal: AbortSignal) {
  const skipped: Record<string, number> = Object.create(null)
  let matched = 0
  let pages = 0
  let first: ObjectInfo | null = null
  for await (const page of job.source.list({ signal })) {
    for (const object of page) {
      const rule = isStorableKey(object.key) ? skipRule(object, job.source.place, job.decoders) : 'unstorable_key'
      if (rule === undefined) {
        matched++
        first ??= object
      } else skipped[rule] = (skipped[rule] ?? 0) + 1
    }
    if (++pages >= MOST_PAGES) break
  }
  return { matched, skipped: { ...skipped }, first }
}

async function sample<R>(job: JobContext, mapper: SchemaMapper<R>, object: ObjectInfo, rows: number, signal: AbortSignal) {
  const { budgets } = job
  const reader = await openGuarded(job.source, object, budgets, job.clock, signal)
  try {
    const { name, compression } = stripCompression(object.key.slice(object.key.lastIndexOf('/') + 1))
    const stored = storedBytes(reader, name)
    const decoder = detectFormat(name, await readHead(unpack(stored, compression, budgets), { signal }), job.decoders)
    const exchange = await job.isolation.open({ jobId: job.id, decoder, mapper, stored, compression, budgets, alone: false, signal })
    try {
      const now = job.clock.now()
      const file: FileContext = {
        jobId: job.id,
        key: object.key,
        version: object.version,
        generation: 1,
        size: object.size,
        schemaVersion: 0,
        sourceTime: object.lastModified ?? now,
        asOf: now,
      }
      const started = exchange.start({ schema: exchange.schema, file, batchRows: budgets.batchRows, batchBytes: budgets.batchBytes })
      const records: R[] = []
      const issues: Issue[] = [...(started.mapping.warnings ?? [])]
      for await (const mapped of started.rows) {
        const { accepted, rejected, firstRow } = mapped
        records.push(...started.mapping.build(accepted, 0, Math.min(accepted.rowCount, rows - records.length)))
        if (rejected.issues !== undefined)
          issues.push(...issuesOf(rejected.issues, { firstRow, schema: exchange.schema }).slice(0, MOST_ISSUES - issues.length))
        if (records.length >= rows || firstRow + mapped.rowsRead > 10 * rows) break
      }
      return { sample: { key: object.key, format: decoder.format, columns: exchange.schema.columns, records }, issues }
    } finally {
      await exchange.close()
    }
  } finally {
    await reader.close()
  }
}

function nothingFound({ source }: JobContext, skipped: Readonly<Record<string, number>>): ImportError {
  const rules = Object.entries(skipped).map(([rule, count]) => `${count} by ${rule}`)
  return rules.length === 0
    ? new SourceError('SOURCE_NOT_FOUND', `There is no object under ${source.place}.`, {
        remedy: 'Check the path, its spelling and its case; or upload the first file.',
      })
    : new ConfigError('DRY_RUN_FAILED', `No object under ${source.place} would be imported: ${rules.join(', ')} were skipped.`, {
        remedy: 'Check the path, and that the files have a known extension (.csv, .csv.gz, .parquet, .avro, .arrow).',
      })
}
