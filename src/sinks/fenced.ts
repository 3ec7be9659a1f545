import { SinkError } from '../errors.js'
import type { SinkFile } from '../model/file.js'

/**
 * The refusal of an older claim. `cause` is `{ fence }` when the newer number is known: a store that was restored from a
 * backup raises its own above it.
 */
export function fenced(file: SinkFile, newer?: number): SinkError {
  const { key, fence } = file
  const by = newer === undefined ? 'a newer claim' : `claim ${newer}`
  return new SinkError('FENCED', `${by} has the file ${JSON.stringify(key)}; claim ${fence} may not write it any more`, {
    location: { key },
    remedy: 'Nothing to do: the worker with the newer claim imports the file.',
    ...(newer === undefined ? {} : { cause: { fence: newer } }),
  })
}
