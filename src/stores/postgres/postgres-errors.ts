import { StoreError } from '../../errors.js'

/** What a statement, or a connection, failed with: the client's own error is the cause. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  /** SQLSTATE; `undefined` when the server did not say anything: then the connection is lost. */
  readonly state: string | undefined
  /** The connection could not be made, was lost in `statement`, or was lost in `commit`, whose outcome nobody knows then. */
  readonly during: 'connect' | 'statement' | 'commit'

  constructor(cause: unknown, during: StatementFailed['during']) {
    super('A statement failed.', { cause })
    this.state = sqlState(cause)
    this.during = during
  }

  /** The server ended the session, or it is not there any more. */
  get lost(): boolean {
    return this.state === undefined || ENDED.has(this.state) || this.state.startsWith('08')
  }

  /** Nothing of the transaction was kept, and the same again may succeed at once. */
  get again(): boolean {
    if (this.during === 'connect') return false
    if (this.lost) return this.during === 'statement'
    return AGAIN.has(this.state ?? '')
  }
}

/** Another worker is at the same rows: the transaction runs again from its beginning. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain'
}

/** Admin shutdown, crash, starting up, idle in a transaction for too long. */
const ENDED: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '25P03', '57P05'])
/** Serialization failure, deadlock; a unique index, or a schema, where another worker came first. */
const AGAIN: ReadonlySet<string> = new Set(['40001', '40P01', '23505', '42P06'])

/** By SQLSTATE, else by its class: what makes it an outage, and the remedy. */
const OUTAGES: Readonly<Record<string, string>> = {
  '08': 'Look at the server and the network between; it is tried again.',
  '25006': 'The server takes no writes: give the pool the address of the primary.',
  '25P03': 'This process stood still inside a transaction for too long; it is tried again.',
  '28': 'Correct the user, the password or pg_hba.conf.',
  '3D': 'Create the database, or correct its name.',
  '40': 'Many workers wrote the same rows at once; it is tried again.',
  '23505': 'Many workers wrote the same rows at once; it is tried again.',
  '42501': 'Grant the user USAGE on the schema, and SELECT, INSERT, UPDATE on its tables and sequences; CREATE for the first use.',
  '53': 'Give the server more connections, memory or disk, whichever it names.',
  '55': 'Another session holds a lock on the tables; look for it in pg_stat_activity.',
  '57': 'Look at the server: it is stopping, starting, or was told to cancel.',
  '58': 'Look at the disk of the server.',
}

/** SQLSTATE of the server's error; Node's own codes, such as EPIPE, are none. */
function sqlState(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' && /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code) ? code : undefined
}

/** The error as the contract says it; one that is not of a statement as it is. */
export function storeErrorFrom(error: unknown): unknown {
  if (!(error instanceof StatementFailed)) return error
  const { state, cause, during } = error
  if (state === undefined) {
    const ended = cause instanceof Error && /pool after calling end/i.test(cause.message)
    return new StoreError(
      'STORE_UNAVAILABLE',
      `The job store in Postgres cannot be used: ${ended ? 'its pool was ended' : lostText(during, cause)}.`,
      {
        retryable: !ended,
        remedy: ended ? 'Close the jobs before the pool.' : 'Look at the server and the network between; it is tried again.',
        cause,
      },
    )
  }
  const remedy = OUTAGES[state] ?? OUTAGES[state.slice(0, 2)]
  if (remedy !== undefined) {
    return new StoreError('STORE_UNAVAILABLE', `The job store in Postgres cannot be used: SQLSTATE ${state}.`, {
      retryable: true,
      remedy,
      cause,
    })
  }
  return new StoreError('LEDGER_UNREADABLE', `The job store in Postgres cannot be understood: SQLSTATE ${state}.`, {
    remedy:
      'Compare the tables with those of a new schema, or restore them from a backup. Nothing is imported until the ledger can be read.',
    cause,
  })
}

function lostText(during: StatementFailed['during'], cause: unknown): string {
  const { code } = Object(cause) as { readonly code?: unknown }
  const named = typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : ''
  if (during === 'connect') return `there is no connection${named}`
  return during === 'commit' ? `the connection was lost before a commit was answered${named}` : `the connection was lost${named}`
}
