import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { AttemptEntry, LedgerEntry, Tally } from '../../src/contracts/ledger-entry.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import type { ImporterLine, Overwrites, SinkKind } from './importer-plan.js'
import type { LogData, LogObject } from './log-data.js'

/** What the ledger says when nobody is at work. */
export interface LedgerState {
  readonly entries: readonly LedgerEntry[]
  readonly attempts: ReadonlyMap<string, readonly AttemptEntry[]>
  readonly tally: Tally
}

export interface Outcome {
  readonly data: LogData
  readonly sink: { readonly kind: SinkKind; readonly path: string }
  readonly storePath: string
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

const signal = new AbortController().signal
const TERMINAL = new Set(['imported', 'failed', 'skipped'])

export async function readLedger(storePath: string): Promise<LedgerState> {
  const store = sqliteStore(storePath)
  try {
    const entries = await store.ledger.files('crash', { limit: 1_000, signal })
    const attempts = new Map<string, readonly AttemptEntry[]>()
    for (const { key } of entries) attempts.set(key, await store.ledger.attempts('crash', key, { signal }))
    return { entries, attempts, tally: await store.ledger.tally('crash', { signal }) }
  } finally {
    await store.close?.()
  }
}

/** Compares sink, ledger and events with what they must be. */
export async function checkOutcome(outcome: Outcome): Promise<Difference> {
  const ledger = await readLedger(outcome.storePath)
  const connection = await outcome.data.instance.connect()
  try {
    const rows = await compareRows(connection, outcome, ledger.entries)
    const problems = [
      ...checkStates(outcome, ledger),
      ...checkCounts(outcome, ledger),
      ...checkAttempts(ledger),
      ...checkEvents(outcome, ledger),
      ...(outcome.sink.kind === 'ndjson' ? await checkStaging(outcome.sink.path, ledger) : await checkFences(connection, ledger)),
    ]
    return { ...rows, problems }
  } finally {
    await connection.run('DETACH DATABASE IF EXISTS sink')
    connection.closeSync()
  }
}

/** The full multiset of (key, version, generation, row, values), both ways. */
async function compareRows(
  connection: DuckDBConnection,
  { sink, data }: Outcome,
  entries: readonly LedgerEntry[],
): Promise<{ losses: number; doubles: number }> {
  const held = entries.filter(({ state, replacedBy }) => state === 'imported' && replacedBy === null)
  const files = held.map(({ key, version, generation, schemaVersion }) => `('${key}', '${version}', ${generation}, ${schemaVersion})`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE expected AS
    SELECT f.*  EXCLUDE schema_version, row, prediction_id, epoch_us(prediction_ts) AS at, score, actual, feature_city, feature_amount,
      CASE WHEN schema_version = 2 THEN tag_zone END AS tag_zone
    FROM source JOIN (VALUES ${files.length === 0 ? "('', '', 0, 0)" : files.join(', ')}) f(key, version, generation, schema_version)
      USING (key, version) WHERE NOT broken`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE actual AS ${await actualSql(connection, sink, data)}`)
  const count = async (sql: string): Promise<number> =>
    Number((await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRows()[0]?.[0])
  return {
    losses: await count('FROM expected EXCEPT ALL FROM actual'),
    doubles: await count('FROM actual EXCEPT ALL FROM expected'),
  }
}

async function actualSql(connection: DuckDBConnection, { kind, path }: Outcome['sink'], { objects }: LogData): Promise<string> {
  if (kind === 'ndjson') {
    if ((await readdir(join(path, 'files'))).length === 0) return 'FROM expected LIMIT 0'
    return `SELECT _key AS key, _version AS version, _generation AS generation, _row AS row, prediction_id, epoch_us(timestamp) AS at,
        prediction_score AS score, actual_score AS actual, features.city AS feature_city, features.amount AS feature_amount, tags.zone AS tag_zone
      FROM read_json('${path}/files/*/data.ndjson', format = 'newline_delimited', columns = {_key: 'VARCHAR', _version: 'VARCHAR',
        _generation: 'INTEGER', _row: 'INTEGER', prediction_id: 'VARCHAR', timestamp: 'TIMESTAMP', prediction_score: 'DOUBLE',
        actual_score: 'DOUBLE', features: 'STRUCT(city VARCHAR, amount BIGINT)', tags: 'STRUCT(zone VARCHAR)'})`
  }
  await connection.run(`ATTACH '${path}' AS sink (READ_ONLY)`)
  const known = await connection.runAndReadAll(
    `SELECT column_name FROM duckdb_columns() WHERE database_name = 'sink' AND table_name = 'prediction'`,
  )
  const columns = new Set(known.getRows().map(([name]) => name))
  if (columns.size === 0) return 'FROM expected LIMIT 0'
  void objects
  return `SELECT key, version, generation, row_no::INTEGER AS row, prediction_id, epoch_us(timestamp) AS at, prediction_score AS score,
      actual_score AS actual, "feature/city" AS feature_city, "feature/amount" AS feature_amount,
      ${columns.has('tag/zone') ? '"tag/zone"' : 'NULL'} AS tag_zone
    FROM sink.prediction JOIN sink.import_file USING (file_no)`
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
function* checkEvents({ lines, before }: Outcome, { entries }: LedgerState): Generator<string> {
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
  void before
}

/** Of each key only the marker of the last fence that asked is left, and it is empty. */
async function checkStaging(folder: string, { attempts }: LedgerState): Promise<string[]> {
  const problems: string[] = []
  const stage = join(folder, 'stage')
  const last = Math.max(0, ...[...attempts.values()].flat().map(({ fence }) => fence))
  for (const id of await readdir(stage)) {
    const markers = await readdir(join(stage, id))
    if (markers.length !== 1) problems.push(`${markers.length} fences stand in the stage: ${markers}`)
    for (const marker of markers) {
      if (Number(marker) > last) problems.push(`the sink knows fence ${marker}, the ledger gave ${last}`)
      const left = await readdir(join(stage, id, marker))
      if (left.length > 0) problems.push(`staging is left under fence ${marker}: ${left}`)
    }
  }
  for (const name of await readdir(join(folder, 'files'))) {
    const inside = (await readdir(join(folder, 'files', name))).sort().join()
    if (inside !== 'data.ndjson,receipt.json') problems.push(`a committed folder holds ${inside}`)
  }
  return problems
}

async function checkFences(connection: DuckDBConnection, { entries, attempts }: LedgerState): Promise<string[]> {
  const problems: string[] = []
  const last = Math.max(0, ...[...attempts.values()].flat().map(({ fence }) => fence))
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => (await connection.runAndReadAll(sql)).getRows()
  const [[highest] = []] = await ask('SELECT coalesce(max(fence), 0) FROM sink.sink_fence')
  if (Number(highest) > last) problems.push(`the sink knows fence ${highest}, the ledger gave ${last}`)
  const receipts = await ask('SELECT key, version, generation, fence, rows, rejected FROM sink.import_file')
  for (const [key, version, generation, fence, rows, rejected] of receipts) {
    const entry = entries.find((one) => one.key === key && one.version === version && one.generation === generation)
    const receipt = entry?.receipt
    if (
      entry?.state !== 'imported' ||
      receipt?.fence !== Number(fence) ||
      receipt.rows !== Number(rows) ||
      receipt.rejected !== Number(rejected)
    ) {
      problems.push(`the sink has a receipt of ${key} with fence ${fence}; in the ledger it is ${entry?.state} with ${receipt?.fence}`)
    }
  }
  const tables = (await ask(`SELECT table_name FROM duckdb_tables() WHERE database_name = 'sink' ORDER BY ALL`)).map(([name]) => name)
  for (const table of tables) {
    if (!['fact_column', 'import_file', 'prediction', 'sink_fence'].includes(String(table))) problems.push(`the table ${table} is left`)
  }
  return problems
}
