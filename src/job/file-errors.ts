import type { LedgerEntry } from '../contracts/ledger-entry.js'
import { DecodeError, type ImportError, MappingError, SinkError, SourceError, StoreError } from '../errors.js'
import type { FileCounts, Receipt } from '../model/receipt.js'
import { formatBytes } from '../util/bytes.js'

/** What the engine itself says when it ends an attempt: each with the file and what to do. */

export function tooLarge({ key, size }: Pick<LedgerEntry, 'key' | 'size'>, limit: number): ImportError {
  return new SourceError('OBJECT_TOO_LARGE', `"${key}" has ${formatBytes(size)}, the limit is ${formatBytes(limit)}.`, {
    location: { key },
    remedy: 'Split the file, or raise `budgets.fileBytes`; then upload or retry it.',
  })
}

export function compressedOutside(key: string, format: string): ImportError {
  return new DecodeError('FORMAT_UNSUPPORTED', `"${key}" is a compressed ${format} file, which can only be read whole.`, {
    location: { key },
    remedy: `Upload the ${format} file without the outer compression: it has its own inside.`,
  })
}

export function tooLate(key: string, deadlineMs: number): ImportError {
  return new DecodeError('FILE_DEADLINE', `"${key}" was not imported within ${deadlineMs / 60_000} minutes.`, {
    retryable: true,
    location: { key },
    remedy: 'Split the file, speed the sink up, or raise `budgets.fileDeadlineMs`.',
  })
}

export function workerLost({ key, crashes }: LedgerEntry): ImportError {
  return new StoreError('WORKER_LOST', `${crashes} workers died or froze while they imported "${key}".`, {
    location: { key },
    remedy: 'Look for what ended those processes (memory, deploys); if it was this file, report it. Then retry the file.',
  })
}

export function planGone(key: string): ImportError {
  return new SinkError('REPLAY_MISMATCH', `Part of "${key}" is in the sink already, under a plan that can no longer be repeated.`, {
    location: { key },
    remedy: 'The schema or a batch budget changed between attempts: remove the partial rows from the sink and import the file again.',
  })
}

export function readOtherwise(key: string, row: number): ImportError {
  return new MappingError('REPLAY_MISMATCH', `"${key}" was read twice and gave other rows the second time, from row ${row} on.`, {
    location: { key, row },
    remedy: 'The decoder or the mapper is not deterministic: mend it (its only "now" is `asOf`), then retry the file.',
  })
}

export function rowsLost(key: string, { rowsRead, rowsWritten, rowsRejected }: FileCounts, rowCount: number | undefined): ImportError {
  return new MappingError(
    'CONSERVATION_BROKEN',
    `"${key}" has ${rowCount ?? rowsRead} rows; ${rowsWritten} were written and ${rowsRejected} rejected.`,
    {
      location: { key },
      remedy: 'Nothing was committed. Report this with the file: a decoder or a mapper loses rows.',
    },
  )
}

export function wrongReceipt(key: string, { rows, rejected }: Receipt, rowsRead: number): ImportError {
  return new SinkError(
    'CONSERVATION_BROKEN',
    `The sink's receipt for "${key}" says ${rows} rows and ${rejected} rejected; ${rowsRead} were read.`,
    {
      location: { key },
      remedy: 'The sink counts wrongly: mend it, check what it holds of this file, then retry the file.',
    },
  )
}

export function wrongRejects(key: string, kept: number, rejected: number): ImportError {
  return new SinkError('CONSERVATION_BROKEN', `The rejects sink's receipt for "${key}" says ${kept} rows; ${rejected} were rejected.`, {
    location: { key },
    remedy: 'The rejects sink counts wrongly: mend it, then retry the file. Nothing of the file was committed to the sink.',
  })
}
