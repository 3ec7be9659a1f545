import type { Claim } from '../contracts/job-store.js'
import type { FileContext, SinkFile } from '../model/file.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { ProbePlace } from '../util/probe.js'
import type { JobContext } from './job-context.js'

/** One claim, seen by each of those who deal with the file: mapper, sink, source, probes. */
export interface AttemptFile {
  readonly context: FileContext
  readonly sinkFile: SinkFile
  readonly object: ObjectInfo
  readonly place: ProbePlace
}

export function attemptFile(job: JobContext, claim: Claim, schemaVersion: number): AttemptFile {
  const { key, version, generation, size, sourceTime, attempts } = claim.entry
  const context: FileContext = { jobId: job.id, key, version, generation, size, schemaVersion, sourceTime, asOf: claim.asOf }
  return {
    context,
    sinkFile: {
      ...context,
      attempt: attempts,
      fence: claim.fence,
      first: claim.first,
      replacesKey: job.settings.overwrites === 'replace',
      shared: job.shared,
    },
    object: { key, version, size, lastModified: sourceTime },
    place: { jobId: job.id, key, fence: claim.fence, worker: job.worker },
  }
}
