import type { FileIdentity, SinkFile } from '../model/file.js'
import type { ProbePlace } from '../util/probe.js'

/** What a fence belongs to: (job, key), as one string. */
export function fenceName({ jobId, key }: FileIdentity): string {
  return JSON.stringify([jobId, key])
}

/** What a receipt belongs to: (job, key, version, generation), as one string. */
export function receiptName({ jobId, key, version, generation }: FileIdentity): string {
  return JSON.stringify([jobId, key, version, generation])
}

/** Where a probe in a sink stands. */
export function placeOf({ jobId, key, fence }: SinkFile): ProbePlace {
  return { jobId, key, fence }
}
