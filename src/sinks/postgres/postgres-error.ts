import { ImportError, SinkError } from '../../errors.js'

/** By SQLSTATE, else by its class: what is an outage, and what to do about it. */
const outages: Readonly<Record<string, string>> = {
  '08': 'Look at the server and the network between; the import goes on by itself.',
  '25006': 'The server takes no writes: give the pool the address of the primary.',
  '25P03': 'This process stood still inside a transaction for too long; the import goes on by itself.',
  '28': 'Correct the user, the password or pg_hba.conf.',
  '3D': 'Create the database, or correct its name.',
  '40': 'Other transactions wrote the same rows; the import goes on by itself.',
  '42501': 'Grant the user USAGE and CREATE on the schema of the sink, and all privileges on its tables.',
  '53': 'Give the server more connections, memory or disk, whichever it names.',
  '55': 'Another session holds a lock on the tables of the sink; look for it in pg_stat_activity.',
  '57': 'Look at the server: it is stopping, starting, or was told to cancel.',
  '58': 'Look at the disk of the server.',
}

/** What no second try would change, and what would. */
const refusals: Readonly<Record<string, string>> = {
  '21': 'Look at `cause` for what the server says.',
  '22': 'A value is outside the range of its column; `cause` says of which.',
  '23': 'The table has a constraint that the rows do not meet; `cause` names it.',
  '2BP01': 'Views or tables of yours depend on the view `inference`: drop them, let the file be imported, and make them anew.',
  '42': 'The table is not as the sink needs it; `cause` says what is missing.',
  '54': 'Postgres has a limit there: 1,600 columns a table. Exclude columns, or put them into groups.',
}

/** Nothing of the transaction was kept, and the same again may succeed at once: serialization failure, deadlock. */
const again: ReadonlySet<string> = new Set(['40001', '40P01'])

/** SQLSTATE of a server's error; Node's own codes, such as EPIPE, are none. */
export function sqlState(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' && /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code) ? code : undefined
}

export function isConflict(error: unknown): boolean {
  return again.has(sqlState(error) ?? '')
}

/** The server's message may quote a cell: only its SQLSTATE is told. Without one, the connection is lost or was never there. */
export function statementError(error: unknown, doing: string, key?: string): unknown {
  if (error instanceof ImportError) return error
  const state = sqlState(error)
  const details = { location: key === undefined ? {} : { key }, cause: error }
  if (state === undefined) {
    return new SinkError('SINK_UNAVAILABLE', `${doing}: there is no connection to Postgres${nodeCode(error)}`, {
      ...details,
      retryable: true,
      remedy: 'Look at the server and the network between; the import goes on by itself.',
    })
  }
  const outage = outages[state] ?? outages[state.slice(0, 2)]
  if (outage !== undefined) {
    return new SinkError('SINK_UNAVAILABLE', `${doing} failed in Postgres: SQLSTATE ${state}`, {
      ...details,
      retryable: true,
      remedy: outage,
    })
  }
  const refusal = refusals[state] ?? refusals[state.slice(0, 2)]
  return new SinkError('SINK_FAILED', `${doing} failed in Postgres: SQLSTATE ${state}`, {
    ...details,
    retryable: refusal === undefined,
    remedy: refusal ?? 'Look at `cause` for what the server says.',
  })
}

function nodeCode(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : ''
}
