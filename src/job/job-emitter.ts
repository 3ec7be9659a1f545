import { EventEmitter } from 'eventemitter3'
import type { ImportJobEventName, ImportJobEvents } from './job-events.js'

export type JobListener<K extends ImportJobEventName> = (event: ImportJobEvents[K]) => unknown

/** Composed by jobs, never exported: hosts listen, they do not emit. A listener that throws or rejects harms no import. */
export class JobEmitter {
  readonly #jobId: string
  readonly #now: () => Date
  readonly #events = new EventEmitter<{ [K in ImportJobEventName]: [event: ImportJobEvents[K]] }>()
  readonly #guards = new WeakMap<object, Map<ImportJobEventName, (event: never) => void>>()

  constructor(jobId: string, now: () => Date) {
    this.#jobId = jobId
    this.#now = now
  }

  on<K extends ImportJobEventName>(name: K, listener: JobListener<K>): void {
    this.#events.on(name, this.#guard(name, listener) as never)
  }

  once<K extends ImportJobEventName>(name: K, listener: JobListener<K>): void {
    this.#events.once(name, this.#guard(name, listener) as never)
  }

  off<K extends ImportJobEventName>(name: K, listener: JobListener<K>): void {
    this.#events.off(name, this.#guard(name, listener) as never)
  }

  /** Would anyone hear it? Lets costly payloads be made only then. */
  hears(name: ImportJobEventName): boolean {
    return this.#events.listenerCount(name) > 0
  }

  emit<K extends ImportJobEventName>(name: K, event: Omit<ImportJobEvents[K], 'jobId' | 'at'>): void {
    if (!this.hears(name)) return
    this.#events.emit(name, ...([Object.freeze({ jobId: this.#jobId, at: this.#now(), ...event })] as never))
  }

  /** The same listener, unable to throw or reject into an import. */
  #guard<K extends ImportJobEventName>(name: K, listener: JobListener<K>): (event: ImportJobEvents[K]) => void {
    const byEvent = this.#guards.get(listener) ?? new Map<ImportJobEventName, (event: never) => void>()
    this.#guards.set(listener, byEvent)
    const known = byEvent.get(name) as ((event: ImportJobEvents[K]) => void) | undefined
    if (known !== undefined) return known
    const failed = (error: unknown): void => {
      // A listener of `listenerFailed` that fails has nobody left to tell.
      if (name !== 'listenerFailed') this.emit('listenerFailed', { event: name, error })
    }
    const guarded = (event: ImportJobEvents[K]): void => {
      try {
        const answer = listener(event)
        if (answer instanceof Promise) answer.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
    byEvent.set(name, guarded)
    return guarded
  }
}
