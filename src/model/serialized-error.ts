import type { ErrorCode } from './error-code.js'
import type { Issue } from './issue.js'

/** Where an error happened. */
export interface ErrorLocation {
  readonly key?: string | undefined
  /** 1-based data row. */
  readonly row?: number | undefined
  readonly column?: string | undefined
  readonly byteOffset?: number | undefined
}

/** What an error says besides code and message. */
export interface ErrorDetails {
  /** `file`: this file's own; `job`: an outage, uses up no attempts. @defaultValue by code */
  readonly scope?: 'file' | 'job' | undefined
  /** Trying the same again may succeed. @defaultValue false */
  readonly retryable?: boolean | undefined
  readonly retryAfterMs?: number | undefined
  readonly location?: ErrorLocation | undefined
  /** What to do about it. */
  readonly remedy?: string | undefined
  readonly issues?: readonly Issue[] | undefined
  readonly cause?: unknown
}

/** What crosses a process, a ledger or a log: an allow-list, no cause, no stack. */
export interface SerializedImportError extends Omit<ErrorDetails, 'cause'> {
  readonly name: string
  readonly code: ErrorCode
  readonly message: string
}
