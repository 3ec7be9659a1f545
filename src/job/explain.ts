import type { JobRow } from '../contracts/job-store.js'
import type { AttemptEntry, LedgerEntry } from '../contracts/ledger-entry.js'
import type { ObjectInfo } from '../model/object-info.js'
import { formatBytes } from '../util/bytes.js'
import { type ExplainedFile, stepsOfFile } from './explained-file.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { presentObject } from './look-at-keys.js'
import { nameOf } from './selection.js'
import { isStorableKey, SKIP_RULES } from './skip-rules.js'
import { discoveryBound, pagesPerPoll, readCursor } from './sweep-cursor.js'

/** Where an object stands. */
export type ExplanationVerdict =
  /** The job does not select it. */
  | 'notEligible'
  /** By a rule, in the ledger already or as soon as it is listed. */
  | 'skipped'
  /** Nothing is stored under the key, and the ledger knows nothing of it. */
  | 'notFound'
  /** It is there, and no poll has seen it yet. */
  | 'notDiscovered'
  | 'waiting'
  | 'claimed'
  | 'imported'
  | 'failed'
  /** The source could not be asked, and the ledger knows nothing of it. */
  | 'unknown'

/** Why an object is where it is, and what happens next. Holds no cell. */
export interface Explanation {
  readonly key: string
  readonly verdict: ExplanationVerdict
  /** As it is stored now; `null`: there is none, or the source could not be asked. */
  readonly object: ObjectInfo | null
  /** The options that select objects, and the rules of skipping, in the order in which they are judged; up to the first that applies. */
  readonly rules: readonly { readonly rule: string; readonly applies: boolean }[]
  /** All versions of the key in the ledger. */
  readonly entries: readonly LedgerEntry[]
  /** Every try at any of them, oldest first. */
  readonly attempts: readonly AttemptEntry[]
  /** When something happens next by itself; `null`: nothing does, or it is not known when. */
  readonly nextAt: Date | null
  /** The decisions one after another, each a sentence; the last one says what happens next. */
  readonly steps: readonly string[]
}

/** @param pollIntervalMs `null` when the host decides when polls run */
export async function explain(job: JobContext, key: string, pollIntervalMs: number | null, signal: AbortSignal): Promise<Explanation> {
  const { id, store, settings } = job
  const steps: string[] = []
  const object = await present(job, key, steps, signal)
  const row = await store.jobs.load(id, { signal })
  const entries = row === undefined ? [] : await store.ledger.files(id, { key, limit: 1_000, signal })
  const attempts = row === undefined ? [] : await store.ledger.attempts(id, key, { signal })
  const poll = row === undefined ? null : await store.ledger.pollState(id, { signal })
  const judged = object === undefined || object === null ? { rules: [], why: null } : judge(job, object)
  if (judged.why !== null) steps.push(judged.why.says)
  else if (object) steps.push('It is selected, and no rule of skipping applies.')
  const files = entries.map((entry) => stepsOfFile(entry, attempts, settings))
  for (const { entry, says } of files) {
    const isPresent = object?.version === entry.version
    steps.push(`Version ${entry.version}${isPresent ? ', the present one' : ''}: ${says}`)
  }
  if (row === undefined) steps.push('The store does not know the job: it has never run.')
  else if (row.status !== 'active') steps.push(`The job is ${row.status === 'inactive' ? 'paused' : 'deleted'}.`)
  if (poll?.blocked) steps.push(`Its last poll failed: ${String(poll.blocked.code)}, since ${String(poll.blocked.since)}.`)
  const current =
    files.find(({ entry }) => entry.version === object?.version) ?? (object === null || object === undefined ? files.at(-1) : undefined)
  const cursor = readCursor(poll?.cursor ?? {})
  const boundMs = pollIntervalMs === null ? null : discoveryBound(cursor, pagesPerPoll(cursor, settings), pollIntervalMs)
  const next = nextOf({ job, object, why: judged.why?.kind ?? null, current, files, row, nextPollAt: poll?.nextPollAt ?? null, boundMs })
  return {
    key,
    verdict: next.verdict,
    object: object ?? null,
    rules: judged.rules,
    entries,
    attempts,
    nextAt: next.at,
    steps: [...steps, next.says],
  }
}

/** `undefined`: it could not be asked. */
async function present(job: JobContext, key: string, steps: string[], signal: AbortSignal): Promise<ObjectInfo | null | undefined> {
  try {
    await job.source.checkOwnership?.({ signal })
    const object = await presentObject(job, key, signal)
    if (object === undefined) steps.push(`Nothing is stored under this key in ${job.source.place}.`)
    else {
      const modified = object.lastModified === null ? '' : `, last modified ${object.lastModified.toISOString()}`
      steps.push(`It is there: ${formatBytes(object.size)}, version ${object.version}${modified}.`)
    }
    return object ?? null
  } catch (thrown) {
    signal.throwIfAborted()
    const { code, message } = sourceErrorFrom(thrown, key)
    steps.push(`The source could not be asked: ${code}: ${message}`)
    return undefined
  }
}

interface Judged {
  readonly rules: readonly { readonly rule: string; readonly applies: boolean }[]
  readonly why: { readonly kind: 'notEligible' | 'skipped'; readonly says: string } | null
}

function judge({ selection, source, decoders }: JobContext, object: ObjectInfo): Judged {
  const rules: { rule: string; applies: boolean }[] = []
  const out = isStorableKey(object.key) ? selection.leavesOut(object) : 'unstorable_key'
  for (const rule of ['unstorable_key', 'startAfter', 'match', 'exclude', 'since']) {
    rules.push({ rule, applies: rule === out })
    if (rule === out) return { rules, why: { kind: 'notEligible', says: `It is not selected: ${rule} leaves it out.` } }
  }
  const name = nameOf(source, object.key)
  for (const rule of SKIP_RULES) {
    const applies = rule.applies(object, name, decoders)
    rules.push({ rule: rule.rule, applies })
    if (applies) return { rules, why: { kind: 'skipped', says: `The rule ${rule.rule} skips it: ${rule.says}.` } }
  }
  return { rules, why: null }
}

interface Situation {
  readonly job: JobContext
  readonly object: ObjectInfo | null | undefined
  readonly why: 'notEligible' | 'skipped' | null
  readonly current: ExplainedFile | undefined
  readonly files: readonly ExplainedFile[]
  readonly row: JobRow | undefined
  readonly nextPollAt: Date | null
  readonly boundMs: number | null
}

function nextOf(situation: Situation): { readonly verdict: ExplanationVerdict; readonly at: Date | null; readonly says: string } {
  const { job, object, why, current, files, row, nextPollAt, boundMs } = situation
  const stands =
    row === undefined || row.status === 'active' ? null : `Nothing, while the job is ${row.status === 'inactive' ? 'paused' : 'deleted'}.`
  if (current !== undefined) {
    const { entry, next, nextAt } = current
    const verdict = entry.state === 'pending' ? 'waiting' : entry.state
    if (stands !== null && entry.state === 'pending' && !entry.inDoubt) return { verdict, at: null, says: stands }
    if (entry.state !== 'skipped' || why === 'skipped') return { verdict, at: nextAt, says: next }
    const again = why === null && object && !['overwrite_ignored', 'superseded', 'vanished'].includes(entry.rule ?? '')
    if (!again) return { verdict, at: nextAt, says: next }
    return {
      verdict,
      at: null,
      says: 'The rules no longer skip it. It is judged again when they are next edited; to have it now, upload it again.',
    }
  }
  if (object === undefined) return { verdict: 'unknown', at: null, says: 'Cure what keeps the source from being asked, and ask again.' }
  if (object === null)
    return { verdict: 'notFound', at: null, says: 'Nothing, until it is uploaded. Check the spelling and the case of the key.' }
  if (why !== null) {
    const says = why === 'skipped' ? 'Nothing: rename the file to have it imported.' : 'Nothing, unless what the job selects is changed.'
    return { verdict: why, at: null, says }
  }
  if (stands !== null) return { verdict: 'notDiscovered', at: null, says: stands }
  const other = files.some(({ entry }) => entry.state === 'imported') && job.settings.overwrites === 'ignore'
  const then = other ? 'Then it is skipped as overwrite_ignored, for another version is imported.' : 'Then it waits to be imported.'
  if (row === undefined || boundMs === null) return { verdict: 'notDiscovered', at: null, says: `The next whole listing finds it. ${then}` }
  const soon = `The listing finds it within ${Math.ceil(boundMs / 1_000)} s; notify() at once.`
  return { verdict: 'notDiscovered', at: nextPollAt, says: `${soon} ${then}` }
}
