import { availableParallelism } from 'node:os'
import { abortable } from '../../util/abort.js'
import type { FarSide } from './far-side.js'

const IDLE_MS = 30_000
const MOST_FILES = 64
const MOST_BYTES = 4 * 1024 ** 3

/** A far side for one file. */
export interface Lease {
  readonly side: FarSide
  /**
   * Called once.
   *
   * @param clean the file ended with `done`, so the far side may serve another one; otherwise it is killed
   */
  release(clean: boolean): void
}

export interface LeaseRequest {
  /** What a far side must have in common with the files it served before: the job, and how it was started. */
  readonly key: string
  readonly start: () => Promise<FarSide>
  /** Neither files before nor files after. */
  readonly alone: boolean
  /** Of the file: counted. */
  readonly bytes: number
  readonly signal: AbortSignal
}

interface Idle {
  readonly side: FarSide
  readonly key: string
  readonly files: number
  readonly bytes: number
  readonly timer: NodeJS.Timeout
}

/** Far sides of all jobs in this process: a limited number, first come first served, kept a while for the same job. */
export class FarSidePool {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #idle: Idle[] = []
  #busy = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Rejects with what `start` throws, and with the signal's reason. */
  async acquire(request: LeaseRequest): Promise<Lease> {
    await this.#turn(request.signal)
    try {
      const { side, files, bytes } = await this.#take(request)
      side.hold(true)
      let held = true
      return {
        side,
        release: (clean) => {
          if (!held) return
          held = false
          const [nowFiles, nowBytes] = [files + 1, bytes + request.bytes]
          if (clean && side.alive && !request.alone && nowFiles < MOST_FILES && nowBytes < MOST_BYTES) {
            this.#keep(side, request.key, nowFiles, nowBytes)
          } else side.kill()
          this.#leave()
        },
      }
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#busy < this.#limit) {
      this.#busy++
      return
    }
    let go = (): void => {}
    const turn = new Promise<void>((resolve) => {
      go = resolve
    })
    this.#waiting.push(go)
    try {
      await abortable(turn, signal)
    } catch (error) {
      const at = this.#waiting.indexOf(go)
      // Its turn had come in the same moment: it goes to the next.
      if (at < 0) this.#leave()
      else this.#waiting.splice(at, 1)
      throw error
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy--
    else next()
  }

  async #take({
    key,
    start,
    alone,
    signal,
  }: LeaseRequest): Promise<{ readonly side: FarSide; readonly files: number; readonly bytes: number }> {
    const known = alone ? undefined : this.#idle.findLast((idle) => idle.key === key && idle.side.alive)
    if (known !== undefined) {
      this.#forget(known)
      return known
    }
    while (this.#idle.length > 0 && this.#busy + this.#idle.length > this.#limit) this.#discard(this.#idle[0] as Idle)
    const starting = start()
    try {
      return { side: await abortable(starting, signal), files: 0, bytes: 0 }
    } catch (error) {
      // It may still start after its file has gone.
      starting.then(
        (side) => side.kill(),
        () => {},
      )
      throw error
    }
  }

  #keep(side: FarSide, key: string, files: number, bytes: number): void {
    side.attach(null)
    side.hold(false)
    const timer = setTimeout(() => this.#discard(idle), IDLE_MS).unref()
    const idle: Idle = { side, key, files, bytes, timer }
    this.#idle.push(idle)
  }

  #forget(idle: Idle): void {
    clearTimeout(idle.timer)
    this.#idle = this.#idle.filter((other) => other !== idle)
  }

  #discard(idle: Idle): void {
    this.#forget(idle)
    idle.side.kill()
  }
}

/** The one pool of this process. */
export const farSidePool = new FarSidePool(Math.min(2, availableParallelism()))
