import type { ClaimOptions, Discovery, Ending } from '../contracts/job-store.js'
import { StoreError } from '../errors.js'
import type { FileRow } from './file-row.js'
import { jsonText } from './json-text.js'
import type { ResetChoice } from './store-tables.js'

/** Rules of `skipped` that an edit of the rules cannot take back. */
const RULES_OF_THE_ENGINE = ['superseded', 'vanished', 'overwrite_ignored']

/** T1, T2. */
export function newRow({ object, rule }: Discovery, rulesVersion: number, now: number): Omit<FileRow, 'fileNo'> {
  const modified = object.lastModified?.getTime() ?? Number.NaN
  return {
    key: object.key,
    version: object.version,
    size: object.size,
    sourceTime: Number.isNaN(modified) ? now : modified,
    discoveredAt: now,
    rulesVersion: null,
    generation: 1,
    fence: 0,
    attempts: 0,
    crashes: 0,
    returns: 0,
    inDoubt: false,
    dirty: false,
    notBefore: now,
    asOf: null,
    plan: null,
    schemaVersion: null,
    partialRows: 0,
    replacedBy: null,
    ...noOutcome,
    ...(rule === undefined ? waiting(now) : skipped(rule, rulesVersion, now)),
  }
}

/** Whether a listing that shows this version says something new: T12, T13, T16. */
export function wantsDiscovery(row: FileRow, rulesVersion: number): boolean {
  if (row.state === 'imported') return row.replacedBy !== null
  if (row.state !== 'skipped') return false
  return cameBack(row) || (!RULES_OF_THE_ENGINE.includes(row.rule ?? '') && (row.rulesVersion ?? 0) < rulesVersion)
}

/**
 * The row after a listing showed it again; `undefined` when that changes nothing. `quiet`: only the number of the rules
 * moved on, nobody needs to hear of it.
 */
export function seenAgain(
  row: FileRow,
  rule: string | undefined,
  rulesVersion: number,
  now: number,
): { readonly row: FileRow; readonly quiet: boolean } | undefined {
  if (!wantsDiscovery(row, rulesVersion)) return undefined
  if (rule !== undefined) {
    if (row.state === 'imported') return undefined
    return { row: { ...row, ...skipped(rule, rulesVersion, now) }, quiet: rule === row.rule }
  }
  if (row.state === 'imported') return { row: nextGeneration(row, now), quiet: false }
  const back = cameBack(row)
  return {
    row: {
      ...row,
      ...waiting(now + (back ? returnDelayMs(row.returns) : 0)),
      ...noOutcome,
      attempts: 0,
      returns: row.returns + (back ? 1 : 0),
    },
    quiet: false,
  }
}

/** A stale listing costs one 412: at once the first time, then 10 s, doubling to 10 min. */
export function returnDelayMs(returns: number): number {
  return returns === 0 ? 0 : Math.min(600_000, 10_000 * 2 ** Math.min(10, returns - 1))
}

/** T3, T4. The try that was lost is given back to `attempts` and counted in `crashes`. */
export function claimedRow(row: FileRow, fence: number, { worker, leaseMs }: ClaimOptions, now: number): FileRow {
  const lost = row.state === 'claimed' ? 1 : 0
  return {
    ...row,
    state: 'claimed',
    fence,
    attempts: row.attempts + 1 - lost,
    crashes: row.crashes + lost,
    owner: worker,
    leaseUntil: now + leaseMs,
    asOf: row.asOf ?? now,
  }
}

/** T4's guard: the lease is over, or the worker's earlier boot holds it. */
export function leaseLost(
  held: { readonly owner: string | null; readonly leaseUntil: number | null },
  worker: string,
  now: number,
): boolean {
  if (held.leaseUntil === null || held.leaseUntil < now) return true
  return held.owner !== null && held.owner !== worker && workerId(held.owner) === workerId(worker)
}

/** All before the last slash, so that an id with slashes in it is not mistaken for its neighbour's. */
function workerId(worker: string): string {
  const slash = worker.lastIndexOf('/')
  return slash === -1 ? worker : worker.slice(0, slash)
}

/** A claim of it ended without a word, or its commit without an answer: its rows may be in the sink, and only the sink knows. */
function isUnsettled(row: FileRow): boolean {
  return row.crashes > 0 || row.inDoubt
}

/**
 * T3's guard: at most one claim per key; and whether a version is an overwrite is not known before an earlier one that may
 * be in the sink has been settled.
 */
export function waitsFor(row: FileRow, sibling: FileRow): boolean {
  if (sibling.fileNo === row.fileNo) return false
  return sibling.state === 'claimed' || (sibling.state === 'pending' && isUnsettled(sibling) && !isUnsettled(row))
}

/**
 * T5: another version is imported and overwrites are ignored. A version that may have reached the sink is claimed, so
 * that the sink is asked first. A deliberate repeat is not an overwrite, a version put back is.
 */
export function ignoresOverwrite(row: FileRow, versions: readonly FileRow[], overwrites: ClaimOptions['overwrites']): boolean {
  if (overwrites !== 'ignore' || isUnsettled(row) || row.dirty) return false
  if (row.generation > 1 && row.replacedBy === null) return false
  return versions.some((other) => other.fileNo !== row.fileNo && other.state === 'imported')
}

export function skippedRow(row: FileRow, rule: string, now: number): FileRow {
  return { ...row, ...skipped(rule, row.rulesVersion, now) }
}

/**
 * T6 to T11.
 *
 * @throws StoreError `CONSERVATION_BROKEN`: read is not written and rejected (law 4)
 */
export function endedRow(row: FileRow, ending: Ending, now: number): FileRow {
  const free = { owner: null, leaseUntil: null } as const
  switch (ending.as) {
    case 'complete': {
      const { rowsRead, rowsWritten, rowsRejected } = ending.counts
      if (!(rowsRead === rowsWritten + rowsRejected)) {
        throw new StoreError(
          'CONSERVATION_BROKEN',
          `The file cannot be completed: ${rowsRead} rows read are not ${rowsWritten} written and ${rowsRejected} rejected.`,
          {
            scope: 'file',
            location: { key: row.key },
            remedy: 'Report this as a defect of the sink or the decoder; the file is not imported.',
          },
        )
      }
      return {
        ...row,
        ...free,
        state: 'imported',
        rule: null,
        attempts: 0,
        crashes: 0,
        returns: 0,
        inDoubt: false,
        rowsRead,
        rowsWritten,
        rowsRejected,
        partialRows: 0,
        schemaVersion: ending.receipt.schemaVersion,
        format: ending.format,
        error: null,
        issues: jsonText(ending.issues),
        receipt: jsonText(ending.receipt),
        finishedAt: now,
        replacedBy: null,
      }
    }
    case 'retry':
      return { ...row, ...waiting(now + Math.ceil(ending.notBeforeMs)), error: jsonText(ending.error) }
    case 'release':
      return {
        ...row,
        ...waiting(now + Math.ceil(ending.notBeforeMs)),
        attempts: Math.max(0, row.attempts - 1),
        error: ending.error === undefined ? row.error : jsonText(ending.error),
      }
    case 'fail':
      return {
        ...row,
        ...free,
        state: 'failed',
        rule: null,
        inDoubt: false,
        partialRows: ending.partialRows,
        error: jsonText(ending.error),
        issues: jsonText(ending.issues),
        finishedAt: now,
      }
    case 'skip':
      return { ...row, ...skipped(ending.rule, row.rulesVersion, now), inDoubt: false, error: null }
  }
}

/** Whether T14 or T15 is for this row. A replaced version has no rows in the sink to repeat. */
export function resets(row: FileRow, { state, key, under }: ResetChoice): boolean {
  return (
    row.state === state &&
    (state === 'failed' || row.replacedBy === null) &&
    (key === undefined || row.key === key) &&
    (under === undefined || row.key.startsWith(under))
  )
}

/** T14, T15. An imported file is repeated as a generation of its own, always. */
export function resetRow(row: FileRow, { state, nextGeneration: next }: ResetChoice, now: number): FileRow {
  if (state === 'imported' || next) return nextGeneration(row, now)
  return { ...row, ...waiting(now), ...noOutcome, attempts: 0, crashes: 0, returns: 0 }
}

function nextGeneration(row: FileRow, now: number): FileRow {
  return {
    ...row,
    ...waiting(now),
    ...noOutcome,
    generation: row.generation + 1,
    attempts: 0,
    crashes: 0,
    returns: 0,
    inDoubt: false,
    dirty: false,
    plan: null,
    schemaVersion: null,
  }
}

function cameBack(row: FileRow): boolean {
  return row.rule === 'superseded' || row.rule === 'vanished'
}

const noOutcome = {
  rowsRead: null,
  rowsWritten: null,
  rowsRejected: null,
  format: null,
  error: null,
  issues: null,
  receipt: null,
  finishedAt: null,
} as const

function waiting(notBefore: number) {
  return { state: 'pending', rule: null, notBefore, owner: null, leaseUntil: null } as const
}

function skipped(rule: string, rulesVersion: number | null, now: number) {
  return { state: 'skipped', rule, rulesVersion, owner: null, leaseUntil: null, finishedAt: now } as const
}
