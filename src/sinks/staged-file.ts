import { constants } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from './durable-folder.js'
import type { StagingFolder } from './staging-folder.js'

/**
 * One file in a staging folder. Opened for each write and made only once, so that an overtaken writer learns of it here
 * (`FENCED`), and a forgotten one holds nothing open.
 */
export class StagedFile {
  readonly #staging: StagingFolder
  readonly #path: string

  constructor(staging: StagingFolder, name: string) {
    this.#staging = staging
    this.#path = join(staging.out, name)
  }

  /** Makes it, empty; it must not be there. */
  async make(): Promise<void> {
    await this.#orLost(writeFile(this.#path, '', { flag: 'wx' }))
  }

  /** @param durable outlives a power cut when it resolves */
  async append(data: string | Uint8Array, { durable = false } = {}): Promise<void> {
    await this.#orLost(this.#write(constants.O_WRONLY | constants.O_APPEND, data, durable))
  }

  /** Writes it whole, as the last of its folder: the folder is durable when it resolves. */
  async complete(text: string): Promise<void> {
    await this.#orLost(this.#write('w', text, true).then(() => syncFolder(this.#staging.out)))
  }

  async #write(flags: string | number, data: string | Uint8Array, durable: boolean): Promise<void> {
    const handle = await open(this.#path, flags)
    try {
      await handle.appendFile(data)
      if (durable) await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async #orLost(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      throw await this.#staging.lost(error)
    }
  }
}
