import { canonicalJson, sha256 } from '../util/canonical-json.js'
import type { JobContext } from './job-context.js'
import { SKIP_RULES_VERSION } from './skip-rules.js'

/** Two workers may edit a job's row at the same moment; then one looks again. */
const MOST_TRIES = 5

/** All that decides which objects are imported, as a short text: an edit shows by comparing. */
export function rulesOf({ decoders, selection }: JobContext): string {
  const extensions = [...new Set(decoders.flatMap((decoder) => decoder.extensions))].sort()
  return sha256(canonicalJson([SKIP_RULES_VERSION, extensions, selection.signature])).slice(0, 16)
}

/** Raises the number of the job's rules, so that what was skipped under a lower one is judged again when it is next listed. */
export async function raiseRules({ id, store }: JobContext, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const row = await store.jobs.load(id, { signal })
    if (row === undefined || (await store.jobs.save({ ...row, rulesVersion: row.rulesVersion + 1 }, { signal })) !== undefined) return
  }
}
