import { ConfigError } from '../errors.js'
import type { IsolationEngine } from './exchange.js'
import { inlineEngine } from './inline-engine.js'

/**
 * Where files are decoded. `auto`: on the host's loop in this release. `process` and `thread` by name are strict: they
 * throw `ISOLATION_UNAVAILABLE` where they cannot be had.
 */
export type IsolationMode = 'auto' | 'process' | 'thread' | 'inline'

export function isolationEngine(mode: IsolationMode): IsolationEngine {
  if (mode === 'auto' || mode === 'inline') return inlineEngine
  throw new ConfigError('ISOLATION_UNAVAILABLE', `isolation: '${mode}' is not available in this release.`, {
    remedy: "Leave `isolation` out, or set it to 'inline' for files that you trust.",
  })
}
