import type { AccessFinding, RequestCounts } from '../contracts/object-source.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import { ConfigError, type ImportError, SourceError } from '../errors.js'
import type { DataType } from '../model/data-type.js'
import type { Fix } from '../model/issue.js'
import type { ObjectInfo } from '../model/object-info.js'
import { canonicalJson } from '../util/canonical-json.js'
import { nearestNames } from '../util/nearest-names.js'
import { dryRunHints } from './dry-run-hints.js'
import type { DryRunOptions, DryRunReport, NearMiss } from './dry-run-report.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { type ListingSurvey, surveyListing } from './listing-survey.js'
import { presentObject } from './look-at-keys.js'
import { type SampledFile, sampleFile } from './sample-file.js'
import { nameOf } from './selection.js'
import { SurveyTally } from './survey-tally.js'

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
  const chosen = survey === undefined ? [] : ((await attempt(() => choose(job, survey, key, signal))) ?? [])
  const files: SampledFile<R>[] = []
  const pins = new Map<string, DataType>()
  for (const object of chosen) files.push(await sampleFile(job, mapper, object, { rows, pins }, signal))
  errors.push(...files.flatMap(({ error }) => error ?? []))
  return reportOf(job, { access, survey, files, errors, requests: requestsSince(before, job) })
}

/** The named file; or the first, the last and one more. */
async function choose(
  job: JobContext,
  { tally, found }: ListingSurvey,
  key: string | undefined,
  signal: AbortSignal,
): Promise<readonly ObjectInfo[]> {
  if (key !== undefined) {
    const object = found ?? (await presentObject(job, key, signal))
    if (object === undefined) throw notThere(job, key, tally)
    const why = new SurveyTally(job)
    why.add(object)
    if (why.matched.length === 0) throw notImported(key, why.nearMisses[0])
    return [object]
  }
  const { matched } = tally
  if (matched.length === 0) throw nothingFound(job, tally)
  const readable = matched.filter(({ size }) => size <= job.budgets.fileBytes)
  const candidates = readable.length > 0 ? readable : matched
  const [first, last] = [candidates[0], candidates.at(-1)]
  const between = candidates.slice(1, -1)
  const newest = between.reduce<ObjectInfo | undefined>((best, object) => (timeOf(object) > timeOf(best) ? object : best), undefined)
  const more = newest ?? between[Math.floor(between.length / 2)]
  return [...new Set([first, more, last])].filter((object) => object !== undefined)
}

function timeOf(object: ObjectInfo | undefined): number {
  return object?.lastModified?.getTime() ?? Number.NEGATIVE_INFINITY
}

interface Found<R> {
  readonly access: readonly AccessFinding[]
  readonly survey: ListingSurvey | undefined
  readonly files: readonly SampledFile<R>[]
  readonly errors: readonly ImportError[]
  readonly requests: RequestCounts | null
}

function reportOf<R>(job: JobContext, { access, survey, files, errors, requests }: Found<R>): DryRunReport<R> {
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
    nearMisses: survey?.tally.nearMisses ?? [],
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

function notThere({ source }: JobContext, key: string, { matched }: SurveyTally): ImportError {
  const names = new Map(matched.map((object) => [nameOf(source, object.key), object.key]))
  const near = nearestNames(nameOf(source, key), names.keys()).map((name) => names.get(name) as string)
  return new SourceError('SOURCE_NOT_FOUND', `There is no object ${JSON.stringify(key)} in ${source.place}.`, {
    location: { key },
    remedy:
      near.length === 0
        ? 'Give the whole key, as the listing shows it.'
        : `Did you mean ${near.map((name) => JSON.stringify(name)).join(' or ')}?`,
  })
}

function notImported(key: string, miss: NearMiss | undefined): ImportError {
  return new ConfigError('DRY_RUN_FAILED', `${JSON.stringify(key)} would not be imported: ${miss?.why ?? 'its name cannot be stored'}.`, {
    location: { key },
    remedy: 'Give another name to the file, or change what the job selects.',
  })
}

function nothingFound({ source, decoders }: JobContext, { skipped, notEligible }: SurveyTally): ImportError {
  const rules = [
    ...Object.entries(skipped).map(([rule, count]) => `${count} skipped by ${rule}`),
    ...Object.entries(notEligible).map(([option, count]) => `${count} left out by ${option}`),
  ]
  const extensions = [...new Set(decoders.flatMap((decoder) => decoder.extensions))]
  if (rules.length > 0) {
    return new ConfigError('DRY_RUN_FAILED', `No object under ${source.place} would be imported: ${rules.join(', ')}.`, {
      remedy: `Check the path, what the job selects, and that the files have a known extension (${extensions.join(', ')}; .gz behind it).`,
    })
  }
  const named = /([^/]+)\/$/.exec(source.place)?.[1] ?? ''
  const isFile = extensions.some((extension) => named.toLowerCase().replace(/\.gz$/, '').endsWith(extension))
  return new SourceError('SOURCE_NOT_FOUND', `There is no object under ${source.place}.`, {
    remedy: isFile
      ? `The path ends like a file, ${JSON.stringify(named)}: give the folder that it is in.`
      : 'Check the path, its spelling and its case; or upload the first file.',
  })
}
