/** A proposed change to the model schema that would cure an issue. */
export interface Fix {
  readonly action: 'rename' | 'add' | 'remove'
  readonly field: string
  readonly column?: string
}

/** A kind of problem. */
export interface Check {
  /** kebab-case and stable; documented in docs/reference/issues.md. */
  readonly code: string
  /** An `error` rejects its row (or, without a row, the file); a `warning` rejects nothing. */
  readonly severity: 'error' | 'warning'
  /** What failed, where, what was expected. Holds no cell value. */
  readonly message: string
  /** What to do about it. */
  readonly remedy?: string
  /** The schema's key that the problem belongs to. */
  readonly field?: string
  /** What the field takes, for example `text of 1 to 128 characters`. */
  readonly expected?: string
  /** What the column holds, for example `64-bit floats`; never a cell. */
  readonly received?: string
  readonly fix?: Fix
}

/** `IssueLog.columns` entry of an issue that belongs to a whole row. */
export const NO_COLUMN = 65535

/**
 * The problems of one batch as typed arrays, so that they are cheap to make and to move: one entry each, then exact
 * counts. Rendered by `issuesOf`.
 */
export interface IssueLog {
  /** Shared by all logs of a file; append-only. */
  readonly table: readonly Check[]
  /** 0-based within the batch. Bounded: the first entries of a file in full, then counts alone. */
  readonly rowIndexes: Int32Array
  /** Index into `table`. */
  readonly checks: Uint16Array
  /** Index into the file schema's columns; {@link NO_COLUMN} for none. */
  readonly columns: Uint16Array
  /** Exact, whatever the arrays above leave out. */
  readonly counts: readonly IssueCount[]
}

/** How many rows of a batch failed one check in one column. */
export interface IssueCount {
  readonly check: number
  readonly column: number
  readonly rows: number
}

/** A problem in data, as people and events see it. */
export interface Issue extends Check {
  /** 1-based data row, header excluded. */
  readonly row?: number
  readonly column?: string
  /** The cell; only when the host opted in with `revealValues`. */
  readonly value?: unknown
}
