import { checkRejects } from './check-rejects.js'
import { checkSink } from './check-sink.js'
import { closeSink, compareRows, openSink } from './compare-rows.js'
import type { ImporterLine, Overwrites, SinkPlace, StorePlace } from './importer-plan.js'
import type { LogData, LogObject } from './log-data.js'
import type { Pair } from './pairs.js'
import { type LedgerState, readLedger } from './read-ledger.js'

export interface Outcome {
  readonly data: LogData
  readonly sink: SinkPlace
  readonly delivery: Pair['delivery']
  readonly rejectsPath: string
  readonly store: StorePlace
  /** A file for rows that have to be read out of a server. */
  readonly rowsPath: string
  readonly overwrites: Overwrites
  /** What the bucket holds now, by key. */
  readonly bucket: ReadonlyMap<string, LogObject>
  /** Of all processes. */
  readonly lines: readonly ImporterLine[]
  /** Right after the fault, when no process was at work. */
  readonly before: LedgerState | null
  readonly edited: boolean
}

/** How the sink differs from what the ledger says it holds. */
export interface Difference {
  /** Rows that it should hold and does not. */
  readonly losses: number
  /** Rows that it holds twice, or should not hold at all. */
  readonly doubles: number
  /** Everything else that is wrong. */
  readonly problems: readonly string[]
}

const TERMINAL = new Set(['imported', 'failed', 'skipped'])

/** Compares sink, ledger and events with what they must be. */
export async function checkOutcome(outcome: Outcome): Promise<Difference> {
  const ledger = await readLedger(outcome.store)
  const connection = await outcome.data.instance.connect()
  const sink = await openSink(connection, outcome.sink, outcome.rowsPath)
  try {
    const rows = await compareRows(connection, sink, ledger.entries)
    const problems = [
      ...checkStates(outcome, ledger),
      ...checkCounts(outcome, ledger),
      ...checkAttempts(ledger),
      ...checkEvents(outcome, ledger),
      ...(await checkSink(connection, sink, ledger, outcome.delivery)),
      ...(await checkRejects(outcome.rejectsPath, outcome.data, ledger)),
    ]
    return { ...rows, problems }
  } finally {
    await closeSink(connection, sink)
    connection.closeSync()
  }
}

/** Every version terminal, none failed; what became of overwritten keys follows the policy; terminal states stayed as they were. */
function* checkStates({ bucket, overwrites, before }: Outcome, { entries }: LedgerState): Generator<string> {
  for (const { key, version, state, error } of entries) {
    if (!TERMINAL.has(state)) yield `${key} ${version} is ${state}`
    if (state === 'failed') yield `${key} ${version} failed: ${error?.code} ${error?.message}`
  }
  for (const [key, object] of bucket) {
    const versions = entries.filter((entry) => entry.key === key)
    const now = versions.find(({ version }) => version === object.version)
    const old = versions.filter((entry) => entry !== now)
    const heldOld = old.filter(({ state, replacedBy }) => state === 'imported' && replacedBy === null)
    if (now === undefined) yield `${key} was not found in its present version`
    else if (now.state === 'skipped') {
      if (now.rule !== 'overwrite_ignored' || overwrites !== 'ignore' || heldOld.length !== 1) yield `${key} was skipped (${now.rule})`
    } else if (overwrites === 'ignore' && heldOld.length > 0) yield `${key} was imported over an imported version`
    if (overwrites === 'replace' && heldOld.length > 0) yield `${key} is still there in an old version`
    for (const { version, state, rule } of old) {
      if (state === 'skipped' && rule !== 'superseded' && rule !== 'vanished') yield `${key} ${version} was skipped (${rule})`
    }
  }
  for (const was of before?.entries ?? []) {
    if (!TERMINAL.has(was.state)) continue
    const is = entries.find(({ key, version }) => key === was.key && version === was.version)
    if (is?.state !== was.state || is.generation !== was.generation || is.receipt?.fence !== was.receipt?.fence) {
      yield `${was.key} ${was.version} was ${was.state} and is ${is?.state}`
    }
  }
}

/** Read is written and rejected, per file, in the receipt and in the tally. */
function* checkCounts({ data, edited }: Outcome, { entries, tally }: LedgerState): Generator<string> {
  let written = 0
  let rejected = 0
  const imported = entries.filter(({ state }) => state === 'imported')
  for (const { key, version, counts, receipt, schemaVersion, attempts, crashes } of imported) {
    const object = data.objects.find((one) => one.key === key && one.version === version)
    if (object === undefined) {
      yield `${key} ${version} never was`
      continue
    }
    const good = object.rows - object.broken
    if (counts?.rowsRead !== object.rows || counts.rowsWritten !== good || counts.rowsRejected !== object.broken) {
      yield `${key} has ${object.rows} rows, ${object.broken} of them broken; the ledger says ${JSON.stringify(counts)}`
    }
    if (receipt?.rows !== good || receipt.rejected !== object.broken) yield `${key} has the receipt ${JSON.stringify(receipt)}`
    if (receipt?.schemaVersion !== schemaVersion) yield `${key} has schema ${schemaVersion}, its receipt ${receipt?.schemaVersion}`
    if (attempts !== 0 || crashes !== 0) yield `${key} is imported and counts ${attempts} attempts, ${crashes} crashes`
    written += good
    rejected += object.broken
  }
  if (tally.rowsWritten !== written || tally.rowsRejected !== rejected || tally.rowsRead !== written + rejected) {
    yield `the tally says ${tally.rowsRead} = ${tally.rowsWritten} + ${tally.rowsRejected}, the files ${written} + ${rejected}`
  }
  if (tally.files.imported !== imported.length) yield `the tally says ${tally.files.imported} files, there are ${imported.length}`
  const schemas = new Set(imported.map(({ schemaVersion }) => schemaVersion))
  for (const schema of schemas) if (schema !== 1 && !(edited && schema === 2)) yield `a file has schema version ${schema}`
}

/** Fences rise, every attempt is closed, and a version was completed once. */
function* checkAttempts({ entries, attempts }: LedgerState): Generator<string> {
  for (const [key, tries] of attempts) {
    for (const [i, { fence, outcome }] of tries.entries()) {
      if (outcome === null) yield `the attempt ${fence} at ${key} has no end`
      if (fence <= (tries[i - 1]?.fence ?? 0)) yield `fences of ${key} do not rise: ${tries.map((one) => one.fence)}`
    }
  }
  for (const { key, version, generation, state, receipt } of entries) {
    const tries = attempts.get(key)?.filter((one) => one.version === version && one.generation === generation) ?? []
    const completed = tries.filter(({ outcome }) => outcome === 'complete')
    if (completed.length !== (state === 'imported' ? 1 : 0)) yield `${key} is ${state} and was completed ${completed.length} times`
    if (receipt !== null && !tries.some(({ fence }) => fence === receipt.fence))
      yield `${key} has a receipt of a stranger, ${receipt.fence}`
  }
}

/** Events come once, after what they tell is durable. */
function* checkEvents({ lines }: Outcome, { entries }: LedgerState): Generator<string> {
  const told = lines.flatMap((line) => (line.is === 'imported' ? [line.file] : []))
  for (const file of told) {
    const same = told.filter(
      ({ key, version, generation }) => key === file.key && version === file.version && generation === file.generation,
    )
    if (same.length > 1) yield `${file.key} was told as imported ${same.length} times`
    const entry = entries.find(({ key, version }) => key === file.key && version === file.version)
    if (entry?.state !== 'imported') yield `${file.key} was told as imported and is ${entry?.state}`
    else if (entry.receipt?.fence !== file.fence || entry.receipt.rows !== file.rows) yield `${file.key} was told with another receipt`
  }
  for (const line of lines) if (line.is === 'failed') yield `${line.key} was told as failed: ${line.error}`
}
