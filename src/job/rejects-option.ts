import type { RejectsSink } from '../contracts/rejects-sink.js'
import type { Sink } from '../contracts/sink.js'
import { ConfigError } from '../errors.js'
import { functionSink } from '../sinks/function/function-sink.js'
import type { ImportJobOptions } from './job-options.js'

/**
 * The option `rejects` as a sink. A function gets the rows of an attempt again when that is repeated, each batch with an
 * equal token.
 *
 * @throws ConfigError `CONFIG_INVALID` for the job's own sink: the receipts of one would be taken for those of the other
 */
export function rejectsSinkOf(rejects: ImportJobOptions<unknown>['rejects'], sink: Sink<never>): RejectsSink | null {
  if (rejects === undefined) return null
  // Only `sink` must not see two files at once when it is plain.
  if (typeof rejects === 'function') return functionSink(rejects, { delivery: 'idempotent' })
  if (rejects !== (sink as unknown)) return rejects
  throw new ConfigError('CONFIG_INVALID', '`rejects` is the same sink as `sink`.', {
    remedy: 'Keep rejected rows in a place of their own.',
  })
}
