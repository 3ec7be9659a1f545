import type { AccessFinding, RequestCounts } from '../contracts/object-source.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import { ConfigError, type ImportError } from '../errors.js'
import type { DataType } from '../model/data-type.js'
import type { Fix } from '../model/issue.js'
import { canonicalJson } from '../util/canonical-json.js'
import { chooseFiles, namesBeside } from './dry-run-files.js'
import { dryRunHints } from './dry-run-hints.js'
import type { DryRunOptions, DryRunReport } from './dry-run-report.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { type ListingSurvey, surveyListing } from './listing-survey.js'
import { type SampledFile, sampleFile } from './sample-file.js'

/** Pages looked at: enough to say what is there, whatever the size of the bucket. */
const MOST_PAGES = 10
const FIRST_KEYS = 10

/**
 * Access, listing, and schema and rows of some files. Writes nothing: not to the sink, not to the ledger, not to the
 * store. Resolves also when something is wrong; everything that is wrong is in the report.
 */
export async function dryRun<R>(job: JobContext, mapper: SchemaMapper<R>, options: DryRunOptions): Promise<DryRunReport<R>> {
  const { key, rows = 1_000 } = options
  if (!Number.isInteger(rows) || rows < 1 || rows > 100_000) {
    throw new ConfigError('CONFIG_INVALID', '`rows` of a dry run must be a whole number from 1 to 100,000.', {
      remedy: 'Leave it out for 1,000.',
    })
  }
  const signal = options.signal ?? new AbortController().signal
  const errors: ImportError[] = []
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      errors.push(sourceErrorFrom(error))
      return undefined
    }
  }
  const access = (await attempt(async () => job.source.check?.({ signal }))) ?? []
  await attempt(async () => job.source.checkOwnership?.({ signal }))
  const before = job.source.requestCounts?.() ?? null
  // What is not proven to be theirs is not shown to them.
  const survey =
    errors.length > 0 ? undefined : await attempt(() => surveyListing(job, { pages: key === undefined ? MOST_PAGES : 1, key }, signal))
  const beside = survey === undefined ? [] : await namesBeside(job, survey, signal)
  const chosen = survey === undefined ? [] : ((await attempt(() => chooseFiles(job, survey, { key, beside }, signal))) ?? [])
  const files: SampledFile<R>[] = []
  const pins = new Map<string, DataType>()
  for (const object of chosen) files.push(await sampleFile(job, mapper, object, { rows, pins }, signal))
  errors.push(...files.flatMap(({ error }) => error ?? []))
  return reportOf(job, { access, survey, beside, files, errors, requests: requestsSince(before, job) })
}

interface Found<R> {
  readonly access: readonly AccessFinding[]
  readonly survey: ListingSurvey | undefined
  readonly beside: readonly string[]
  readonly files: readonly SampledFile<R>[]
  readonly errors: readonly ImportError[]
  readonly requests: RequestCounts | null
}

function reportOf<R>(job: JobContext, { access, survey, beside, files, errors, requests }: Found<R>): DryRunReport<R> {
  const matched = survey?.tally.matched ?? []
  const denied = access.find(({ ok }) => !ok)
  const [error] = errors
  const ok = denied === undefined && error === undefined
  const read = files.find(({ format, error: wrong }) => format !== null && wrong === null) ?? files.find(({ format }) => format !== null)
  const issues = files.flatMap((file) => file.issues)
  return {
    jobId: job.id,
    place: job.source.place,
    ok,
    validationStatus: ok ? 'success' : 'failed',
    filePath: error?.location.key ?? files[0]?.key ?? null,
    error: denied === undefined ? (error === undefined ? null : verdictOf(error)) : refusalOf(denied),
    access,
    filesMatched: matched.length,
    listedAll: survey?.listedAll ?? false,
    bytesMatched: matched.reduce((sum, { size }) => sum + size, 0),
    firstKeys: matched.slice(0, FIRST_KEYS).map(({ key }) => key),
    filesSkipped: survey?.tally.skipped ?? {},
    filesNotEligible: survey?.tally.notEligible ?? {},
    nearMisses: [...(survey?.tally.nearMisses ?? []), ...beside.map((near) => ({ key: near, why: 'it lies beside the path' }))],
    files: files.map(({ records: _, guessed: __, readAs: ___, ...file }) => file),
    sample: read === undefined ? null : { key: read.key, format: read.format as string, columns: read.columns, records: read.records },
    issues,
    fixes: distinctFixes(issues.flatMap(({ fix }) => fix ?? [])),
    hints: dryRunHints(job, matched, files),
    errors,
    requests,
  }
}

function verdictOf(error: ImportError): DryRunReport<unknown>['error'] {
  const row = error.location.row ?? error.issues.find((issue) => issue.severity === 'error' && issue.row !== undefined)?.row
  return { code: error.code, message: error.message, row: row ?? null }
}

function refusalOf({ code, permission, message }: AccessFinding): DryRunReport<unknown>['error'] {
  return { code: code ?? 'SOURCE_DENIED', message: `${permission}: ${message}`, row: null }
}

function distinctFixes(fixes: readonly Fix[]): readonly Fix[] {
  return [...new Map(fixes.map((fix) => [canonicalJson(fix), fix])).values()]
}

function requestsSince(before: RequestCounts | null, { source }: JobContext): RequestCounts | null {
  const now = source.requestCounts?.()
  if (before === null || now === undefined) return null
  return { list: now.list - before.list, head: now.head - before.head, get: now.get - before.get }
}
