import { type PlayedProcess, playedProcess } from './played-process.js'

/** What a call is made to, which decides how it can fail. */
export type Part = 'store' | 'sink' | 'source' | 'probe'

/** A call that stands still until the simulation lets it go on. */
export interface Waiting {
  readonly process: PlayedProcess
  readonly part: Part
  /** For people. */
  readonly name: string
  readonly goOn: () => void
  readonly fail: (error: unknown) => void
  /** Not before this time, ms. */
  slowUntil: number
}

/** Where calls of all processes wait for their turn. */
export class Turns {
  readonly #waiting = new Set<Waiting>()
  /** Off: everybody goes on at once, and nothing fails. */
  on = true

  /** Resolves, or rejects, when the simulation says so; never, when the process dies before. */
  take(part: Part, name: string): Promise<void> | undefined {
    const process = playedProcess()
    if (process === undefined || (!this.on && process.runs)) return undefined
    return new Promise((resolve, reject) => {
      if (!process.dead) this.#waiting.add({ process, part, name, goOn: resolve, fail: reject, slowUntil: 0 })
    })
  }

  /** Those who may go on now. */
  ready(now: number): readonly Waiting[] {
    const ready: Waiting[] = []
    for (const one of this.#waiting) {
      if (one.process.dead) this.#waiting.delete(one)
      else if (one.process.runs && one.slowUntil <= now) ready.push(one)
    }
    return ready
  }

  end(one: Waiting, error?: unknown): void {
    this.#waiting.delete(one)
    if (error === undefined) one.goOn()
    else one.fail(error)
  }

  /** The same part with a turn before each call of these methods and, where its answer can be lost, one after it. */
  around<T extends object>(part: Part, object: T, before: readonly (keyof T & string)[], after: readonly (keyof T & string)[] = before): T {
    const turned: Record<string, unknown> = {}
    for (const name of before) {
      const method = object[name] as (...args: unknown[]) => Promise<unknown>
      turned[name] = async (...args: unknown[]) => {
        await this.take(part, name)
        const answer = await method.apply(object, args)
        if (after.includes(name)) await this.take(part, `${name}, done`)
        return answer
      }
    }
    return new Proxy(object, { get: (target, name) => turned[name as string] ?? Reflect.get(target, name, target) })
  }
}
