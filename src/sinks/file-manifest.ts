import { readFile } from 'node:fs/promises'
import { SinkError } from '../errors.js'
import type { SinkFile } from '../model/file.js'
import type { Receipt } from '../model/receipt.js'
import { codeOf } from './staging-folder.js'

/** `receipt.json` beside the rows of a file: what they are, and the sink's receipt. */
export interface FileManifest extends Receipt {
  readonly jobId: string
  readonly key: string
  readonly version: string
  readonly generation: number
  /** RFC 3339. */
  readonly sourceTime: string
}

export function manifestText(file: SinkFile, receipt: Receipt): string {
  const { jobId, key, version, generation, sourceTime } = file
  const manifest: FileManifest = { jobId, key, version, generation, sourceTime: sourceTime.toISOString(), ...receipt }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

/**
 * The receipt in a manifest, `undefined` when there is none.
 *
 * @throws SinkError when it cannot be read or is about another file: rows without an answer are never taken for absent
 */
export async function readReceipt(path: string, file: SinkFile): Promise<Receipt | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const manifest = parse(text)
  const { rows, rejected, schemaVersion, fence, committedAt } = manifest
  const counts = [rows, rejected, schemaVersion, fence]
  const same = manifest.key === file.key && manifest.jobId === file.jobId && manifest.version === file.version
  if (!same || manifest.generation !== file.generation || !counts.every(Number.isSafeInteger) || typeof committedAt !== 'string') {
    throw new SinkError('SINK_FAILED', `the receipt of ${JSON.stringify(file.key)} in the sink folder cannot be read`, {
      location: { key: file.key },
      remedy: `Restore ${path} from a backup, or remove its folder and reimport the file.`,
    })
  }
  return { rows, rejected, schemaVersion, fence, committedAt } as Receipt
}

function parse(text: string): Partial<Record<keyof FileManifest, unknown>> {
  try {
    return (JSON.parse(text) as Partial<Record<keyof FileManifest, unknown>> | null) ?? {}
  } catch {
    // Not JSON: an empty manifest fails the checks of the caller, which says so.
    return {}
  }
}
