import type { ObjectSource } from '../../../src/contracts/object-source.js'
import { ImportJob } from '../../../src/job/import-job.js'
import { type MemorySink, memorySink } from '../../../src/sinks/memory/memory-sink.js'
import type { Owned, S3Place } from '../../../src/sources/s3/s3-options.js'
import { s3Source } from '../../../src/sources/s3/s3-source.js'
import { memoryStore } from '../../../src/stores/memory/memory-store.js'
import { type Score, scoreMapper } from '../../job/parts.js'
import type { AccessLab } from './access-lab.js'

export const ingestionKey = 'the-ingestion-key'
export const tags = { 'arize-ingestion-key': ingestionKey, team: 'data' }

/** A source in the lab, with the ingestion key. */
export function sourceIn(lab: AccessLab, bucket: string, options: Partial<S3Place & Pick<Owned, 'ingestionKey'>>): ObjectSource {
  return s3Source({ url: `s3://${bucket}/in/`, ...lab.server, ingestionKey, ...options })
}

/** A job on it that keeps records in memory and asks for the tag at every poll. */
export function jobFrom(source: ObjectSource): ImportJob & { readonly sink: MemorySink<Score> } {
  const sink = memorySink<Score>()
  const job = new ImportJob({
    id: 'access',
    source,
    mapper: scoreMapper(),
    sink,
    store: memoryStore(),
    isolation: 'inline',
    ownershipCheckIntervalMs: 1,
    maxAttempts: 1,
  })
  return Object.assign(job, { sink })
}
