import type { ListOptions } from '../contracts/object-source.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { JobContext } from './job-context.js'
import { SurveyTally } from './survey-tally.js'
import { listingErrorFrom, PAGE_OBJECTS } from './sweep-walk.js'

/** How far to look. */
export interface SurveyLook {
  readonly pages: number
  /** An object to look out for. */
  readonly key: string | undefined
}

/** What the first pages of a listing hold. */
export interface ListingSurvey {
  readonly tally: SurveyTally
  /** Nothing comes after what was listed. */
  readonly listedAll: boolean
  /** The object that was looked out for, whether it would be imported or not. */
  readonly found: ObjectInfo | undefined
}

type Range = Omit<ListOptions, 'signal'>

/** Lists what a poll would list, changes nothing, and ends after so many pages. */
export async function surveyListing(job: JobContext, look: SurveyLook, signal: AbortSignal): Promise<ListingSurvey> {
  const { list } = job.selection
  const tally = new SurveyTally(job)
  const narrow = await surveyRange(job, list, look, tally, signal)
  if (list.under === undefined || tally.matched.length > 0 || !narrow.listedAll) return { tally, ...narrow }
  // Nothing is there. What lies beside it may tell why, and costs one request more.
  const { under, ...range } = list
  const wide = await surveyRange(job, range, { ...look, pages: 1, besides: under }, tally, signal)
  return { tally, ...wide }
}

async function surveyRange(
  { source }: JobContext,
  range: Range,
  { pages, key, besides }: SurveyLook & { readonly besides?: string },
  tally: SurveyTally,
  signal: AbortSignal,
): Promise<Omit<ListingSurvey, 'tally'>> {
  let found: ObjectInfo | undefined
  let listed = 0
  try {
    for await (const page of source.list({ signal, ...range })) {
      for (const object of page) {
        if (besides === undefined || !object.key.startsWith(besides)) tally.add(object)
        if (object.key === key) found = object
      }
      // Whether more follow can only be told by another request: a page that is not full is taken for the last.
      if (++listed >= pages) return { listedAll: page.length < PAGE_OBJECTS, found }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw listingErrorFrom(error, source.place)
  }
  return { listedAll: true, found }
}
