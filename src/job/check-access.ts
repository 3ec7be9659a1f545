import type { AccessFinding, ObjectSource } from '../contracts/object-source.js'
import { sourceErrorFrom } from './guarded-reader.js'

/** The findings of a source. One without a check says so in a finding of its own, and so does one whose check breaks. */
export async function checkAccess(source: ObjectSource, signal: AbortSignal): Promise<readonly AccessFinding[]> {
  if (source.check === undefined) {
    const message = `Not tried: the source of ${source.place} has no check of access. A dry run tells what listing and reading meet.`
    return [{ permission: 'access', ok: true, tried: false, message }]
  }
  try {
    return await source.check({ signal })
  } catch (error) {
    signal.throwIfAborted()
    const { code, message, remedy } = sourceErrorFrom(error)
    return [{ permission: 'access', ok: false, code, message, ...(remedy === undefined ? {} : { remedy }) }]
  }
}
