import { ImportError, SinkError } from '../../errors.js'

/** DuckDB refuses at once what another open transaction touches; at COMMIT it finds a key that both inserted. */
const conflict = /^TransactionContext Error:|Conflict on |write-write conflict|^Constraint Error: Duplicate key "(job|facts|file_no|one): /i
const lock = /Could not set lock on file[\s\S]*?(?:\(PID (\d+)\))/
/** Their text names files and limits, never a cell. */
const outage = /^(IO Error|Connection Error|Out of Memory Error|FATAL Error|Permission Error):? ?(.*)/

export function isConflict(error: unknown): boolean {
  return !(error instanceof ImportError) && conflict.test(messageOf(error))
}

/** The database of a sink could not be opened. */
export function openError(error: unknown, path: string): unknown {
  if (error instanceof ImportError) return error
  const held = lock.exec(messageOf(error))
  if (held !== null) {
    return new SinkError('SINK_UNAVAILABLE', `the DuckDB file ${path} is open in another process (PID ${held[1]})`, {
      retryable: true,
      remedy:
        'DuckDB lets one process open a file at a time: run all jobs that write to it, and those who read it meanwhile, in one process.',
      cause: error,
    })
  }
  return new SinkError('SINK_UNAVAILABLE', `the DuckDB file ${path} cannot be opened: ${firstLine(error)}`, {
    retryable: true,
    remedy: 'Check that the folder exists, may be written, and that the file is a DuckDB database of a version this one reads.',
    cause: error,
  })
}

/** An error of a statement. DuckDB's own message may quote a cell: except for outages only its kind is told. */
export function statementError(error: unknown, doing: string, key?: string): unknown {
  if (error instanceof ImportError) return error
  const details = { location: key === undefined ? {} : { key }, cause: error }
  const [, kind, text] = outage.exec(firstLine(error)) ?? []
  if (kind !== undefined) {
    return new SinkError('SINK_UNAVAILABLE', `${doing} failed in DuckDB: ${kind}: ${text}`, {
      ...details,
      retryable: true,
      remedy: 'Check disk space, memory limit and permissions of the DuckDB database; the import goes on by itself.',
    })
  }
  const known = /^[A-Z][A-Za-z ]{2,40}(?=:)/.exec(firstLine(error))?.[0]
  return new SinkError('SINK_FAILED', `${doing} failed in DuckDB${known === undefined ? '' : `: ${known}`}`, {
    ...details,
    retryable: true,
    remedy: 'Look at `cause` for what DuckDB says.',
  })
}

/** Another transaction did not let go. */
export function busyError(error: unknown, doing: string, key?: string): SinkError {
  return new SinkError('SINK_UNAVAILABLE', `${doing}: another transaction on the DuckDB database holds on to what it needs`, {
    retryable: true,
    location: key === undefined ? {} : { key },
    remedy: 'End long transactions on this database that write to the tables of the sink; the import goes on by itself.',
    cause: error,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? ''
}
