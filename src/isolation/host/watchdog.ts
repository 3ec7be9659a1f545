import type { DecodeError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import type { FarSide } from './far-side.js'
import { farSideLate, farSideSilent, farSideTooLarge } from './far-side-failure.js'
import { residentBytes } from './resident-bytes.js'

const EVERY_MS = 250

export interface Watched {
  readonly side: FarSide
  /** Of the file, for messages. */
  readonly name: string
  readonly budgets: Budgets
  /** Has the far side nothing to do until the host acts? Then it may be silent. */
  readonly mayBeSilent: () => boolean
  readonly onFailure: (error: DecodeError) => void
}

/** Looks four times a second whether a far side lives, keeps its memory and its deadline. */
export class Watchdog {
  readonly #watched: Watched
  readonly #timer: NodeJS.Timeout
  #silentMs = 0
  #elapsedMs = 0
  #last = performance.now()
  #looking = false

  constructor(watched: Watched) {
    this.#watched = watched
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  /** It said something. */
  heard(): void {
    this.#silentMs = 0
  }

  /** It said how large it is; believed only where the system does not tell. */
  told(bytes: number): void {
    this.#judgeMemory(bytes)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { side, name, budgets, mayBeSilent, onFailure } = this.#watched
    const now = performance.now()
    this.#elapsedMs += now - this.#last
    // While the host's own loop stood still, nothing could be heard: such a time counts as one look.
    const spent = Math.min(now - this.#last, 2 * EVERY_MS)
    this.#last = now
    this.#silentMs = mayBeSilent() ? 0 : this.#silentMs + spent
    if (this.#silentMs > budgets.silentMs) onFailure(farSideSilent(name, budgets.silentMs))
    else if (this.#elapsedMs > budgets.fileDeadlineMs) onFailure(farSideLate(name, budgets.fileDeadlineMs))
    else if (side.pid !== null && !this.#looking) {
      this.#looking = true
      void residentBytes(side.pid).then((bytes) => {
        this.#looking = false
        if (bytes !== null) this.#judgeMemory(bytes)
      })
    }
  }

  #judgeMemory(bytes: number): void {
    const { side, name, budgets, onFailure } = this.#watched
    const beyond = bytes - side.startBytes
    if (beyond > budgets.farSideBytes) onFailure(farSideTooLarge(name, beyond, budgets.farSideBytes))
  }
}
