import type { ImportError } from '../errors.js'
import type { ObjectInfo } from '../model/object-info.js'
import { Semaphore } from '../util/semaphore.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import type { ObjectIntake } from './object-intake.js'

/** What became of keys that the job was told to look at. A key that was known already is in none of the counts. */
export interface NotifyReport {
  /** Versions that are in the ledger as waiting from now on. */
  readonly discovered: number
  /** Versions that are in the ledger as skipped from now on. */
  readonly skipped: number
  /** By the option that leaves them out. */
  readonly notEligible: Readonly<Record<string, number>>
  /** Nothing is stored under these keys, or not yet: a listing finds them when they come. */
  readonly notFound: readonly string[]
  /** Of single keys that could not be looked up. */
  readonly errors: readonly ImportError[]
}

const PAGE_KEYS = 200
const LOOKS_AT_ONCE = 8

/**
 * Looks keys up in the source and takes what is there into the ledger as a listing would. Nothing else about a key is
 * believed but its name.
 *
 * @throws ImportError of the scope `job`: what stands in the way of one key then stands in the way of all
 */
export async function lookAtKeys(
  job: JobContext,
  intake: ObjectIntake,
  keys: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<NotifyReport> {
  const notFound: string[] = []
  const errors: ImportError[] = []
  const places = new Semaphore(LOOKS_AT_ONCE)
  const look = async (key: string): Promise<ObjectInfo[]> => {
    const leave = await places.acquire()
    try {
      const object = await presentObject(job, key, signal)
      if (object !== undefined) return [object]
      notFound.push(key)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = sourceErrorFrom(thrown, key)
      if (error.scope === 'job') throw error
      errors.push(error)
    } finally {
      leave()
    }
    return []
  }
  const all = [...keys]
  for (let at = 0; at < all.length; at += PAGE_KEYS) {
    const looks = await Promise.allSettled(all.slice(at, at + PAGE_KEYS).map(look))
    await intake.take(
      looks.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
      signal,
    )
    for (const outcome of looks) if (outcome.status === 'rejected') throw outcome.reason
  }
  const { discovered, skipped, notEligible } = intake.counts
  return { discovered, skipped, notEligible, notFound, errors }
}

/** The present version of a key, by asking for it or, where a source cannot be asked, by listing from it on. */
export async function presentObject({ source }: JobContext, key: string, signal: AbortSignal): Promise<ObjectInfo | undefined> {
  if (source.prefix !== undefined && !key.startsWith(source.prefix)) return undefined
  if (source.stat !== undefined) return await source.stat(key, { signal })
  for await (const page of source.list({ under: key, signal })) {
    const object = page.find((listed) => listed.key === key)
    // In order, a key comes before all that start with it.
    if (object !== undefined || source.listsInKeyOrder) return object
  }
  return undefined
}
