import { StoreError } from '../../errors.js'

/** SQLite's primary result codes, by number and by name: clients give one or the other. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'ERROR',
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  9: 'INTERRUPT',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  17: 'SCHEMA',
  19: 'CONSTRAINT',
  20: 'MISMATCH',
  23: 'AUTH',
  26: 'NOTADB',
}

const OUTAGES: Readonly<Record<string, string>> = {
  BUSY: 'Look for a process that keeps a write transaction open on this file.',
  LOCKED: 'Look for a process that keeps a write transaction open on this file.',
  INTERRUPT: 'The statement was interrupted; it is tried again.',
  NOMEM: 'Give the process more memory.',
  PERM: 'Give this process read and write permission on the file and on its folder.',
  READONLY: 'Give this process write permission on the file and on its folder, which takes the -wal and -shm files.',
  CANTOPEN: 'Give this process read and write permission on the file and on its folder.',
  AUTH: 'Give this process read and write permission on the file and on its folder.',
  IOERR: 'Look at the disk and at the file system under the file; a network file system will not do.',
  FULL: 'Make room on the disk.',
}

/** The name of SQLite's primary result code, such as `BUSY`; `undefined` when the error is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, rawCode, errcode, message } = error as Record<'code' | 'rawCode' | 'errcode' | 'message', unknown>
  const number = typeof errcode === 'number' ? errcode : typeof rawCode === 'number' ? rawCode : openCode(message)
  // An extended code has the primary one in its low byte.
  if (number !== undefined) return NAMES[number & 0xff] ?? `code ${number}`
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code.split('_')[1] : undefined
}

/** libsql gives the code of a failed opening in its text alone. */
function openCode(message: unknown): number | undefined {
  const code = typeof message === 'string' && message.startsWith('ConnectionFailed') ? /: (\d+)"\)$/.exec(message)?.[1] : undefined
  return code === undefined ? undefined : Number(code)
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === 'BUSY' || code === 'LOCKED'
}

/** The error as the contract says it; one that is not SQLite's as it is. */
export function storeErrorFrom(error: unknown, name: string): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return isClosed(error) ? closed(name, error) : error
  const remedy = OUTAGES[code]
  if (remedy !== undefined) {
    return new StoreError('STORE_UNAVAILABLE', `The job store ${name} cannot be used: SQLite says ${code}.`, {
      retryable: true,
      remedy,
      cause: error,
    })
  }
  return new StoreError('LEDGER_UNREADABLE', `The job store ${name} cannot be understood: SQLite says ${code}.`, {
    remedy:
      code === 'NOTADB'
        ? 'Correct the path: the file there is no SQLite database. It was not changed.'
        : 'Restore the file from a backup, or correct the path. Nothing is imported until the ledger can be read.',
    cause: error,
  })
}

/** What the three clients say about a handle that its owner has closed. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && /(database|connection) is not open|database is closed/i.test(error.message)
}

function closed(name: string, cause: unknown): StoreError {
  return new StoreError('STORE_UNAVAILABLE', `The job store ${name} cannot be used: its database handle is closed.`, {
    remedy: 'Close the jobs before the handle.',
    cause,
  })
}
