import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SinkFile } from '../model/file.js'
import { sha256 } from '../util/canonical-json.js'
import { syncFolder } from './durable-folder.js'
import { fenced } from './fenced.js'
import { fenceName } from './names.js'

const outName = 'out'

/**
 * Where a file sink collects one file: `stage/<id>/<fence>/out`, id being the hash of (job, key). The fence's folder is
 * also the fence: the highest of a key stays for good, empty, as the marker that refuses older claims.
 *
 * Everything hangs on two atomic renames of the same name: a commit moves `out` to its final place, and a newer claim
 * moves the `out` of an older one aside. One of them wins; the other finds nothing.
 */
export class StagingFolder {
  /** What a commit moves, whole. Exists from `open` until the commit, the abort, or a newer claim. */
  readonly out: string
  readonly #marker: string
  readonly #file: SinkFile

  private constructor(file: SinkFile, marker: string) {
    this.#file = file
    this.#marker = marker
    this.out = join(marker, outName)
  }

  /**
   * Raises the fence: makes the own folder first, then looks for others. Looking first would let two claims miss each
   * other. When it resolves, no older claim can commit any more: whatever it committed is visible now.
   *
   * @throws SinkError `FENCED` when there is a newer claim
   */
  static async open(folder: string, file: SinkFile): Promise<StagingFolder> {
    const keyFolder = join(folder, 'stage', sha256(fenceName(file)))
    const staging = new StagingFolder(file, join(keyFolder, String(file.fence)))
    await mkdir(staging.#marker, { recursive: true })
    const fences = (await readdir(keyFolder)).map(Number).filter(Number.isSafeInteger)
    const newest = Math.max(...fences)
    if (newest > file.fence) {
      await removeClaim(staging.#marker)
      throw fenced(file, newest)
    }
    for (const older of fences) if (older < file.fence) await removeClaim(join(keyFolder, String(older)))
    await emptyClaim(staging.#marker)
    return staging
  }

  /** Makes `out`. Not part of `open`, so that asking for a receipt leaves nothing behind. */
  async start(): Promise<void> {
    try {
      await mkdir(this.out)
    } catch (error) {
      throw await this.lost(error)
    }
  }

  /** Moves `out` to `target`, which must be a name in a folder that exists; durable when it resolves. */
  async publish(target: string, targetFolder: string): Promise<void> {
    try {
      await rename(this.out, target)
    } catch (error) {
      throw await this.lost(error)
    }
    await syncFolder(targetFolder)
  }

  /** The reverse of `publish`: takes away what an earlier claim put there, if one did; gone for good when it resolves. */
  async withdraw(target: string, targetFolder: string): Promise<void> {
    try {
      await rename(target, this.out)
    } catch (error) {
      // Nothing there; or this claim was overtaken, which its next step will learn.
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    await syncFolder(targetFolder)
    await emptyClaim(this.#marker)
  }

  /** The refusal when a newer claim has taken `out` away, else the error as it was. */
  async lost(error: unknown): Promise<unknown> {
    if (codeOf(error) !== 'ENOENT') return error
    const there = await exists(this.#marker)
    const out = there && (await exists(this.out))
    return there && out ? error : fenced(this.#file)
  }

  /** Drops what was staged; the marker stays. `between` runs when half of it is gone. */
  async discard(between: () => Promise<void> | void): Promise<void> {
    await emptyClaim(this.#marker, between)
  }
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Renamed before it is removed: removing piece by piece, a zombie could publish what is left of it. */
async function emptyClaim(marker: string, between: () => Promise<void> | void = () => {}): Promise<void> {
  const dead = join(marker, 'dead')
  await rm(dead, { recursive: true, force: true })
  await ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], rename(join(marker, outName), dead))
  await between()
  await rm(dead, { recursive: true, force: true })
}

/** Until the folder itself is gone: its owner may be making its `out` just now. */
async function removeClaim(marker: string): Promise<void> {
  for (;;) {
    await emptyClaim(marker)
    try {
      await rmdir(marker)
      return
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    }
  }
}

async function ignoring(codes: readonly string[], action: Promise<void>): Promise<void> {
  try {
    await action
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error
  }
}
