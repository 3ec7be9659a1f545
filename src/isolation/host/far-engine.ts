import { canonicalJson } from '../../util/canonical-json.js'
import type { Exchange, ExchangeInput, IsolationEngine } from '../exchange.js'
import { checkPortable, WORKER_MODULE } from '../portable-parts.js'
import { FarExchange } from './far-exchange.js'
import type { FarSide, FarSideStart } from './far-side.js'
import { type FarSidePool, farSidePool } from './far-side-pool.js'
import { startProcess } from './start-process.js'
import { startThread } from './start-thread.js'

const starters: Readonly<Record<FarSide['kind'], (start: FarSideStart) => Promise<FarSide>>> = {
  process: startProcess,
  thread: startThread,
}

/**
 * Decodes in child processes or in worker threads.
 *
 * Its `open` throws `StartFailure` when none can be started.
 *
 * @param pool shared by all jobs unless a test brings its own
 */
export function farEngine(kind: FarSide['kind'], entry: URL, pool: FarSidePool = farSidePool): IsolationEngine {
  return {
    async open<R>(input: ExchangeInput<R>): Promise<Exchange<R>> {
      const { decoder, mapper, jobId, alone, stored, budgets, signal } = input
      checkPortable(decoder)
      const modules = [decoder.portable?.module, mapper.portable?.module].filter(
        (module): module is string => module !== undefined && module !== WORKER_MODULE,
      )
      const start: FarSideStart = { entry, memoryBytes: budgets.farSideBytes, modules }
      const lease = await pool.acquire({
        key: canonicalJson([kind, jobId, entry.href, start.memoryBytes, modules]),
        start: () => starters[kind](start),
        alone,
        bytes: stored.size,
        signal,
      })
      return await FarExchange.open(input, lease)
    },
  }
}
