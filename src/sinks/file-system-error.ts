import { ImportError, SinkError } from '../errors.js'
import type { SinkFile } from '../model/file.js'
import { codeOf } from './staging-folder.js'

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free space on the disk of the sink folder.',
  EDQUOT: 'Raise the disk quota of the sink folder, or free space in it.',
  EACCES: 'Let this process read, write and list the sink folder.',
  EPERM: 'Let this process read, write and list the sink folder.',
  EROFS: 'Mount the sink folder for writing.',
  ENOTDIR: 'Give a folder as the sink folder; part of its path is a file.',
  ENOENT: 'Leave the files of the sink folder to the sink; a folder in it has vanished.',
  EMFILE: 'Raise the limit of open files of this process.',
  ENFILE: 'Raise the limit of open files of this machine.',
  EIO: 'Check the disk of the sink folder.',
}

/** What the file system refused, as an outage of the sink: trying again later may succeed, and it is not the file's fault. */
export function fileSystemError(error: unknown, file: SinkFile, doing: string): unknown {
  if (error instanceof ImportError) return error
  const { key } = file
  const code = codeOf(error)
  const remedy = remedies[code ?? '']
  const details = { retryable: true, location: { key }, cause: error }
  return remedy === undefined
    ? new SinkError('SINK_FAILED', `${doing} failed for ${JSON.stringify(key)}${code === undefined ? '' : `: ${code}`}`, details)
    : new SinkError('SINK_UNAVAILABLE', `${doing} failed for ${JSON.stringify(key)}: ${code}`, { ...details, remedy })
}
