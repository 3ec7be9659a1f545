import { abortable } from '../../util/abort.js'
import { systemClock } from '../../util/clock.js'
import { Semaphore } from '../../util/semaphore.js'

/**
 * Lets commits on one database go one after another, because DuckDB refuses at once what it would have to wait for. A
 * courtesy, not a lock: who has waited long enough goes ahead, so that a stuck commit holds up only its own key. The
 * transactions are safe without it; conflicts are tried again.
 */
export class CommitTurns {
  readonly #turn = new Semaphore(1)
  readonly #patienceMs: number

  constructor(patienceMs = 2000) {
    this.#patienceMs = patienceMs
  }

  async inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.acquire()
    const waiting = new AbortController()
    const patience = systemClock.sleep(this.#patienceMs, waiting.signal).catch(() => {
      // Ended early because the turn came.
    })
    try {
      await abortable(Promise.race([mine, patience]), signal)
      return await work()
    } finally {
      waiting.abort()
      // Whenever it comes, if it has not come yet.
      void mine.then((release) => release())
    }
  }
}
