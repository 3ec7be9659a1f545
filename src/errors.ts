import type { ErrorCode } from './model/error-code.js'
import type { Issue } from './model/issue.js'
import type { ErrorDetails, ErrorLocation, SerializedImportError } from './model/serialized-error.js'

/** These concern the whole job unless the thrower says otherwise; all other codes concern one file. */
const jobCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONFIG_INVALID',
  'CONFIG_SECRET_MISSING',
  'IDENTITY_SCHEME_CHANGED',
  'PLACE_CHANGED',
  'PEER_MISSING',
  'ISOLATION_UNAVAILABLE',

  'JOB_UNKNOWN',
  'JOB_EXISTS',
  'JOB_DELETED',
  'SCHEMA_SUPERSEDED',
  'DRY_RUN_FAILED',
  'SOURCE_DENIED',
  'SOURCE_UNAVAILABLE',
  'SOURCE_NOT_FOUND',
  'SOURCE_OWNERSHIP_MISMATCH',
  'SOURCE_LISTING_INVALID',
  'SOURCE_THROTTLED',
  'SOURCE_CREDENTIALS_EXPIRED',
  'SINK_UNAVAILABLE',
  'STORE_UNAVAILABLE',
  'LEDGER_UNREADABLE',
])

const brand = Symbol.for('lading.ImportError')

/**
 * Base of all errors thrown by this package. Match on `code`; `instanceof` is safe across copies of the package for
 * this class only. The message, `toJSON` and `remedy` hold no credential and no cell value.
 */
export class ImportError extends Error {
  readonly code: ErrorCode
  /** `job`: an outage or a setting; uses up no attempt of a file. `file`: this file's own. */
  readonly scope: 'file' | 'job'
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly location: ErrorLocation
  readonly remedy: string | undefined
  readonly issues: readonly Issue[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.scope = details.scope ?? (jobCodes.has(code) ? 'job' : 'file')
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.location = details.location ?? {}
    this.remedy = details.remedy
    this.issues = details.issues ?? []
  }

  static override [Symbol.hasInstance](this: Function, value: unknown): boolean {
    // A static hasInstance is inherited: only the base class answers by brand.
    return this === ImportError
      ? typeof value === 'object' && value !== null && brand in value
      : Function.prototype[Symbol.hasInstance].call(this, value)
  }

  get [brand](): true {
    return true
  }

  /** Stable and redacted by construction: an allow-list without cause and stack. */
  toJSON(): SerializedImportError {
    const { name, code, message, scope, retryable, retryAfterMs, location, remedy, issues } = this
    return { name, code, message, scope, retryable, retryAfterMs, location, remedy, issues }
  }
}

/** The host's options, settings or environment are wrong. */
export class ConfigError extends ImportError {}
/** Listing, opening or reading objects failed. */
export class SourceError extends ImportError {}
/** A file's bytes could not be turned into columns. */
export class DecodeError extends ImportError {}
/** A file's columns do not fit the schema. */
export class MappingError extends ImportError {}
/** The sink refused or could not be reached. */
export class SinkError extends ImportError {}
/** The job store refused or could not be reached. */
export class StoreError extends ImportError {}

/** The error again, with its class, on the other side of a process, a ledger or a log. */
export function importErrorFrom({ name, code, message, ...details }: SerializedImportError): ImportError {
  const known = { ConfigError, SourceError, DecodeError, MappingError, SinkError, StoreError } as const
  // `name` may be hostile: own keys only, never the prototype's.
  const Known = Object.hasOwn(known, name) ? known[name as keyof typeof known] : ImportError
  return new Known(code, message, details)
}
