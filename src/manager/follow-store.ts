import type { JobRow, JobStore } from '../contracts/job-store.js'
import type { ImportError } from '../errors.js'
import { storeErrorFrom } from '../job/retry-policy.js'
import { Semaphore } from '../util/semaphore.js'
import { Wake } from '../util/wake.js'

const PAGE = 500
const TOGETHER = 32
const STORE_DEADLINE_MS = 30_000

/** Looks at every job of the store, again and again, so that processes on one store come to agree. */
export class FollowStore {
  readonly #store: JobStore
  readonly #onRow: (row: JobRow) => Promise<void>
  readonly #everyMs: number
  readonly #stop = new AbortController()
  readonly #wake = new Wake()
  readonly #waiting: { readonly resolve: () => void; readonly reject: (error: ImportError) => void }[] = []
  /** Rows at work: one that takes long holds up no other, and no later round. */
  readonly #busy = new Map<string, Promise<void>>()
  readonly #places = new Semaphore(TOGETHER)
  readonly #loop: Promise<void>
  #hasFollowed = false

  /** @param onRow does not reject */
  constructor(store: JobStore, everyMs: number, onRow: (row: JobRow) => Promise<void>) {
    this.#store = store
    this.#everyMs = everyMs
    this.#onRow = onRow
    this.#loop = this.#run()
  }

  /** Resolves when every job has been looked at once; rejects when the store does not answer. */
  async ready(): Promise<void> {
    if (this.#hasFollowed || this.#stop.signal.aborted) return
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** Look again now. */
  nudge(): void {
    this.#wake.notify()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#round(signal)
        if (!this.#hasFollowed) await Promise.all(this.#busy.values())
        this.#hasFollowed = true
        for (const { resolve } of this.#waiting.splice(0)) resolve()
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(storeErrorFrom(error))
      }
      await this.#wake.wait(this.#everyMs, signal)
    }
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  async #round(signal: AbortSignal): Promise<void> {
    let after: string | undefined
    for (;;) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(STORE_DEADLINE_MS)])
      const rows = await this.#store.jobs.list({ limit: PAGE, signal: deadline, ...(after === undefined ? {} : { after }) })
      for (const row of rows) {
        if (this.#busy.has(row.id)) continue
        const leave = await this.#places.acquire(signal)
        const work = this.#onRow(row).finally(() => {
          leave()
          this.#busy.delete(row.id)
        })
        this.#busy.set(row.id, work)
      }
      after = rows.at(-1)?.id
      if (after === undefined || rows.length < PAGE || signal.aborted) return
    }
  }
}
