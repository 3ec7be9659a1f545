import { ConfigError, type ImportError, SourceError } from '../errors.js'
import type { ObjectInfo } from '../model/object-info.js'
import { nearestNames } from '../util/nearest-names.js'
import type { NearMiss } from './dry-run-report.js'
import type { JobContext } from './job-context.js'
import type { ListingSurvey } from './listing-survey.js'
import { presentObject } from './look-at-keys.js'
import { nameOf } from './selection.js'
import { SurveyTally } from './survey-tally.js'

/** Where a listing is empty: what may have been meant by the path. That it may not be asked is no problem of the job. */
export async function namesBeside({ source }: JobContext, { tally }: ListingSurvey, signal: AbortSignal): Promise<readonly string[]> {
  if (!tally.isEmpty) return []
  try {
    return (await source.nearby?.({ signal })) ?? []
  } catch {
    signal.throwIfAborted()
    return []
  }
}

/** The named file; or the first, the last and one more. */
export async function chooseFiles(
  job: JobContext,
  { tally, found }: ListingSurvey,
  { key, beside }: { readonly key: string | undefined; readonly beside: readonly string[] },
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
  if (matched.length === 0) throw nothingFound(job, tally, beside)
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

function nothingFound({ source, decoders }: JobContext, { skipped, notEligible }: SurveyTally, beside: readonly string[]): ImportError {
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
  const [nearest] = beside
  const isFile = extensions.some((extension) => named.toLowerCase().replace(/\.gz$/, '').endsWith(extension))
  return new SourceError('SOURCE_NOT_FOUND', `There is no object under ${source.place}.`, {
    remedy: isFile
      ? `The path ends like a file, ${JSON.stringify(named)}: give the folder that it is in.`
      : `Check the path, its spelling and its case; or upload the first file.${nearest === undefined ? '' : ` Beside it lies ${JSON.stringify(nearest)}.`}`,
  })
}
