import type { AttemptEntry, LedgerEntry } from '../../src/contracts/ledger-entry.js'
import { MAX_ATTEMPTS, type Outcome } from './simulation.js'

const TERMINAL = new Set(['imported', 'failed', 'skipped'])

/** Everything that is not as the protocol promises, each with the number of the invariant. */
export function checkInvariants(outcome: Outcome): readonly string[] {
  return [
    ...checkStates(outcome),
    ...checkRows(outcome),
    ...checkPresent(outcome),
    ...checkCounts(outcome),
    ...checkAttempts(outcome),
    ...checkEvents(outcome),
  ]
}

/** I1: every listed version has an end. I4: what failed for good was bound to, or had its tries. */
function* checkStates({ quiet, entries, bucket }: Outcome): Generator<string> {
  if (!quiet) yield 'I1: not everything has come to an end'
  for (const [key, version] of bucket.present) {
    if (!entries.some((entry) => entry.key === key && entry.version === version)) yield `I1: ${key} ${version} was never found`
  }
  for (const { key, version, state, error } of entries) {
    if (!TERMINAL.has(state)) yield `I1: ${key} ${version} is ${state}`
    const { doomed } = bucket.contents.get(version) ?? { doomed: false }
    if (doomed && state === 'imported') yield `I3: ${key} ${version} cannot be imported, and is`
    const expected = ['ATTEMPTS_EXHAUSTED', 'WORKER_LOST', 'REPLAY_MISMATCH', 'FILE_DEADLINE']
    if (!doomed && state === 'failed' && !expected.includes(error?.code ?? '')) yield `I1: ${key} ${version} failed with ${error?.code}`
  }
}

/** I2, I3, I4 on the full multiset of rows. */
function* checkRows({ scenario, entries, rows, bucket, attempts }: Outcome): Generator<string> {
  const { delivery } = scenario
  const held = countedBy(rows, ({ key, version, generation, row, record }) =>
    JSON.stringify([key, version, generation, row, record.id, record.schema]),
  )
  const expected = new Set<string>()
  for (const entry of entries) {
    const { key, version, generation, state, replacedBy, schemaVersion } = entry
    const content = bucket.contents.get(version)
    const imported = state === 'imported' && replacedBy === null
    // How often a row may be there: once, and where repeats cannot be seen once per try.
    const most = delivery === 'plain' ? triesAt(attempts.get(key), entry) : 1
    for (const { row, id } of content?.good ?? []) {
      const name = JSON.stringify([key, version, generation, row, id, schemaVersion])
      const copies = held.get(name) ?? 0
      expected.add(name)
      if (imported && copies < 1) yield `I3: row ${name} is lost`
      if (copies > most) yield `I2: row ${name} is there ${copies} times`
      if (copies > 0 && !imported && delivery === 'transactional') yield `I4: row ${name} is there, and its file is ${state}`
      if (copies > 0 && !entry.dirty && delivery !== 'transactional') yield `I4: row ${name} is there, and the ledger does not know`
    }
  }
  if (delivery === 'transactional') yield* checkStrangers(held, expected, entries)
}

/** Rows that belong to no file as the ledger names it. What was imported stays while its next generation has not been. */
function* checkStrangers(
  held: ReadonlyMap<string, number>,
  expected: ReadonlySet<string>,
  entries: readonly LedgerEntry[],
): Generator<string> {
  for (const name of held.keys()) {
    if (expected.has(name)) continue
    const [key, version, generation] = JSON.parse(name) as [string, string, number]
    const entry = entries.find((one) => one.key === key && one.version === version)
    const repeated = entry !== undefined && entry.generation > generation && entry.state !== 'imported'
    const others = entries.some((one) => one.key === key && one !== entry && one.state === 'imported' && one.replacedBy === null)
    if (!repeated || others) yield `I3: row ${name} is there, and its file is ${entry?.state} in generation ${entry?.generation}`
  }
}

/** I8, and what the other policies say about overwritten keys. */
function* checkPresent({ scenario, entries, bucket }: Outcome): Generator<string> {
  const { overwrites, delivery } = scenario
  for (const key of new Set(entries.map((entry) => entry.key))) {
    const versions = entries.filter((entry) => entry.key === key)
    const inSink = versions.filter(({ state, replacedBy }) => state === 'imported' && replacedBy === null)
    const version = bucket.present.get(key)
    const now = versions.find((entry) => entry.version === version)
    if (overwrites === 'replace') {
      if (inSink.length > 1) yield `I8: ${key} is there in ${inSink.length} versions`
      if (now !== undefined && now.state !== 'failed' && inSink[0] !== now) yield `I8: the sink has not the present version of ${key}`
    }
    if (now?.state === 'skipped') {
      if (now.rule !== 'overwrite_ignored' || overwrites !== 'ignore') yield `I1: ${key} is there, and skipped (${now.rule})`
      else if (inSink.length === 0) yield `I1: ${key} is skipped for another version that is not imported`
    }
    if (overwrites === 'ignore' && delivery === 'transactional' && inSink.length > 1)
      yield `I3: ${key} was imported over an imported version`
  }
}

/** I7: read is written and rejected, in each file and in the tally. */
function* checkCounts({ entries, tally, bucket }: Outcome): Generator<string> {
  const imported = entries.filter(({ state }) => state === 'imported')
  let written = 0
  let rejected = 0
  for (const { key, version, counts, receipt, schemaVersion, attempts, crashes } of imported) {
    const { good, broken } = bucket.contents.get(version) ?? { good: [], broken: 0 }
    if (counts?.rowsWritten !== good.length || counts.rowsRejected !== broken || counts.rowsRead !== good.length + broken)
      yield `I7: ${key} ${version} has ${good.length} + ${broken} rows, the ledger says ${JSON.stringify(counts)}`
    if (receipt?.rows !== good.length || receipt.rejected !== broken)
      yield `I7: ${key} ${version} has the receipt ${JSON.stringify(receipt)}`
    if (receipt?.schemaVersion !== schemaVersion) yield `I3: ${key} ${version} has schema ${schemaVersion}, its receipt another`
    if (attempts !== 0 || crashes !== 0) yield `I5: ${key} ${version} is imported and counts ${attempts} tries, ${crashes} crashes`
    written += good.length
    rejected += broken
  }
  if (tally.rowsWritten !== written || tally.rowsRejected !== rejected || tally.rowsRead !== written + rejected)
    yield `I7: the tally says ${tally.rowsRead} = ${tally.rowsWritten} + ${tally.rowsRejected}, the files ${written} + ${rejected}`
  for (const state of ['imported', 'failed', 'skipped', 'pending', 'claimed'] as const) {
    const count = entries.filter((entry) => entry.state === state).length
    if (tally.files[state] !== count) yield `I7: the tally says ${tally.files[state]} ${state}, there are ${count}`
  }
}

/** I5, I6, I12. */
function* checkAttempts({ entries, attempts }: Outcome): Generator<string> {
  for (const [key, tries] of attempts) {
    for (const [i, { fence, startedAt, endedAt, outcome }] of tries.entries()) {
      const before = tries[i - 1]
      if (outcome === null || endedAt === null) yield `I6: the try ${fence} at ${key} has no end`
      if (before !== undefined && before.fence >= fence) yield `I6: fences of ${key} do not rise`
      if (before?.endedAt != null && before.endedAt > startedAt) yield `I6: two claims of ${key} at once, ${before.fence} and ${fence}`
    }
  }
  for (const entry of entries) {
    const { key, version, generation, state, receipt, error } = entry
    const tries = triesOf(attempts.get(key), entry)
    const completed = tries.filter(({ outcome }) => outcome === 'complete').length
    if (completed !== (state === 'imported' ? 1 : 0))
      yield `I5: ${key} ${version} (${generation}) is ${state}, and was completed ${completed} times`
    if (receipt !== null && !tries.some(({ fence }) => fence === receipt.fence)) yield `I6: ${key} ${version} has the receipt of a stranger`
    if (state === 'failed' && error?.code === 'ATTEMPTS_EXHAUSTED') {
      const ends = tries.map(({ outcome }) => outcome)
      const since = ends.slice(0, -1).findLastIndex((outcome) => outcome === 'fail' || outcome === 'skip') + 1
      const own = ends.slice(since).filter((outcome) => outcome === 'retry' || outcome === 'fail').length
      if (own !== MAX_ATTEMPTS) yield `I12: ${key} ${version} failed after ${own} tries of its own`
    }
  }
}

/** I14: events come at most once, after what they tell is durable. */
function* checkEvents({ told, entries, attempts }: Outcome): Generator<string> {
  const imports = told.filter(({ event }) => event === 'fileImported')
  const counted = countedBy(imports, ({ key, version, generation }) => JSON.stringify([key, version, generation]))
  for (const [name, times] of counted) if (times > 1) yield `I14: ${name} was told as imported ${times} times`
  for (const { key, version, generation, event } of told) {
    const outcome = event === 'fileImported' ? 'complete' : 'fail'
    const durable = attempts.get(key)?.some((one) => one.version === version && one.generation === generation && one.outcome === outcome)
    if (durable !== true || !entries.some((entry) => entry.key === key && entry.version === version))
      yield `I14: ${key} ${version} (${generation}) was told as ${event}, and was not`
  }
}

function triesOf(tries: readonly AttemptEntry[] = [], { version, generation }: LedgerEntry): readonly AttemptEntry[] {
  return tries.filter((one) => one.version === version && one.generation === generation)
}

function triesAt(tries: readonly AttemptEntry[] | undefined, entry: LedgerEntry): number {
  return triesOf(tries, entry).length
}

function countedBy<T>(values: readonly T[], nameOf: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(nameOf(value), (counts.get(nameOf(value)) ?? 0) + 1)
  return counts
}
