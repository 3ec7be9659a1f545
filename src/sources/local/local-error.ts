import { ImportError, SourceError } from '../../errors.js'
import { objectVanished, quoteKey } from '../object-errors.js'

/** What a failed call of the file system means for one object. */
export function objectError(key: string, error: unknown): unknown {
  if (error instanceof ImportError) return error
  const code = systemCode(error)
  if (code === undefined) return error
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EISDIR') return objectVanished(key, error)
  if (code === 'EACCES' || code === 'EPERM') {
    const details = { location: { key }, remedy: 'Let the process read the file.', cause: error }
    return new SourceError('OBJECT_DENIED', `${quoteKey(key)} may not be read.`, details)
  }
  const details = { location: { key }, retryable: true, remedy: 'Check the disk or the mount.', cause: error }
  return new SourceError('SOURCE_UNAVAILABLE', `Reading ${quoteKey(key)} failed with ${code}.`, details)
}

/** What a failed call of the file system means for the folder as a whole. */
export function folderError(folder: string, error: unknown): unknown {
  if (error instanceof ImportError) return error
  const code = systemCode(error)
  if (code === undefined) return error
  const name = quoteKey(folder)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('SOURCE_NOT_FOUND', `There is no folder ${name}.`, {
      remedy: 'Create the folder, or correct `folder`.',
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const remedy = 'Let the process list this folder and all folders in it.'
    return new SourceError('SOURCE_DENIED', `The folder ${name}, or a folder in it, may not be listed.`, { remedy, cause: error })
  }
  const details = { retryable: true, remedy: 'Check the disk or the mount.', cause: error }
  return new SourceError('SOURCE_UNAVAILABLE', `Listing the folder ${name} failed with ${code}.`, details)
}

function systemCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}
