import type { Json } from '../model/json.js'

/**
 * Last parameter of every contract method that waits (`close` and `stop` apart). When `signal` aborts, an
 * implementation should reject soon with the signal's reason; the engine gives up waiting by itself.
 */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** Where the far side can import this part: functions do not cross processes. */
export interface Portable {
  /** Absolute URL or package specifier. */
  readonly module: string
  /** Name of an export of that module, a function called with `options`. */
  readonly export: string
  /** JSON, bounded, without credentials. */
  readonly options: Json
}
