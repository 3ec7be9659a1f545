import { join } from 'node:path'
import type { SinkFile } from '../model/file.js'
import type { CommitSummary, Receipt } from '../model/receipt.js'
import { probe } from '../util/probe.js'
import { manifestText, readReceipt } from './file-manifest.js'
import { fileSystemError } from './file-system-error.js'
import { placeOf } from './names.js'
import { receiptFor } from './receipt-for.js'
import { StagedFile } from './staged-file.js'
import { codeOf, type StagingFolder } from './staging-folder.js'

export interface FolderTarget {
  readonly file: SinkFile
  readonly staging: StagingFolder
  /** Where committed files stand. */
  readonly files: string
  /** The place of this one, in `files`. */
  readonly target: string
}

/** The data of one file on their way: written into its staging folder, and moved into place with its receipt. */
export class FolderFile {
  readonly #to: FolderTarget
  readonly #data: StagedFile

  private constructor(to: FolderTarget, data: StagedFile) {
    this.#to = to
    this.#data = data
  }

  /** @param name of the data */
  static async open(to: FolderTarget, name: string): Promise<FolderFile> {
    const data = new StagedFile(to.staging, name)
    await to.staging.start()
    await data.make()
    return new FolderFile(to, data)
  }

  async append(data: string | Uint8Array): Promise<void> {
    try {
      await this.#data.append(data)
    } catch (error) {
      throw fileSystemError(error, this.#to.file, 'writing to the sink folder')
    }
  }

  /** @param last what ends the data */
  async commit(summary: CommitSummary, signal: AbortSignal, last: string | Uint8Array = ''): Promise<Receipt> {
    const { file, staging, target } = this.#to
    const place = placeOf(file)
    try {
      // Also the look at the fence: without a current claim there is no file to open.
      await this.#data.append(last, { durable: true })
      await probe('P19', place)
      const receipt = receiptFor(file, summary)
      await new StagedFile(staging, 'receipt.json').complete(manifestText(file, receipt))
      await probe('P20', place)
      signal.throwIfAborted()
      const stored = await this.#publish()
      await probe('P21', place)
      return stored ?? receipt
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error
      throw fileSystemError(error, file, `committing to ${target}`)
    }
  }

  async abort(): Promise<void> {
    const { file, staging } = this.#to
    try {
      await staging.discard(() => probe('P24', placeOf(file)))
    } catch (error) {
      throw fileSystemError(error, file, 'dropping staged rows from the sink folder')
    }
  }

  /** The receipt that stands there already, if one does. */
  async #publish(): Promise<Receipt | undefined> {
    const { file, staging, files, target } = this.#to
    try {
      await staging.publish(target, files)
      return undefined
    } catch (error) {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
      const stored = await readReceipt(join(target, 'receipt.json'), file)
      if (stored === undefined) throw error
      await staging.discard(() => {})
      return stored
    }
  }
}
