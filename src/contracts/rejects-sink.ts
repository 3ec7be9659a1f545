import type { RejectedRecord } from '../model/rejected-row.js'
import type { Sink } from './sink.js'

/**
 * Where refused rows go: a sink of its own, in a place of its own. It is committed after the last row and before the
 * sink of the accepted rows, so that a file which is imported has its refused rows kept.
 *
 * `begin` is called only for a file that the other sink does not hold. What an earlier claim committed for (jobId, key,
 * version, generation) is void by then, for that import never came about: a sink that can removes it there, and answers
 * with a writer, so that one output per file and generation is left, of the attempt that was imported, and none of a
 * file that failed. A sink that answers with the receipt instead keeps its first output; it is not written again.
 */
export interface RejectsSink extends Sink<RejectedRecord> {
  /** Take the cells of the rows as well: values of the file, which otherwise stay out of everything that is kept. @defaultValue false */
  readonly cells?: boolean
}
