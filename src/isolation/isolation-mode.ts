import type { FileDecoder } from '../contracts/file-decoder.js'
import { ConfigError } from '../errors.js'
import type { Exchange, ExchangeInput, IsolationEngine } from './exchange.js'
import { farEngine } from './host/far-engine.js'
import { StartFailure } from './host/far-side.js'
import { workerLocation } from './host/worker-location.js'
import { inlineEngine } from './inline-engine.js'
import { checkPortable } from './portable-parts.js'

/**
 * Where files are decoded. `process`: in child processes, which contain everything that a file can do. `thread`: in
 * worker threads, which contain a full heap and an endless loop, not an abort of the JavaScript engine: for files you
 * trust. `inline`: on the host's own loop. `auto`: a process, or a thread where no process can be started, which is told
 * by `isolationReduced`; never inline. All but `auto` are strict: `ISOLATION_UNAVAILABLE` where they cannot be had.
 */
export type IsolationMode = 'auto' | 'process' | 'thread' | 'inline'

/** For bundles, which leave the package's own worker file behind. */
export interface IsolationEntry {
  /** @defaultValue 'auto' */
  readonly mode?: IsolationMode | undefined
  /** A file that imports `startFarSide` from `lading/worker` and calls it. */
  readonly entry: URL
}

/** Called once, when files are decoded in threads because no process can be started. */
export type OnReduced = (reason: string) => void

/**
 * @throws ConfigError `ISOLATION_UNAVAILABLE` when there is no file that far sides could run, `CONFIG_INVALID` for a
 * decoder that cannot be made there
 */
export function isolationEngine(
  option: IsolationMode | IsolationEntry,
  decoders: readonly FileDecoder[],
  onReduced: OnReduced,
): IsolationEngine {
  const { mode = 'auto', entry: given } = typeof option === 'string' ? { mode: option, entry: undefined } : option
  if (mode === 'inline') return inlineEngine
  for (const decoder of decoders) checkPortable(decoder)
  const entry = workerLocation(given)
  if (entry === null) {
    throw new ConfigError('ISOLATION_UNAVAILABLE', `isolation: '${mode}' needs the worker's file, which is not there.`, {
      remedy:
        "Keep `lading` out of the bundle, or build `lading/worker` as an entry of its own and name it: isolation: { entry: new URL('./worker.js', import.meta.url) }.",
    })
  }
  if (mode !== 'auto') return strict(mode, farEngine(mode, entry))
  return stepwise(farEngine('process', entry), strict('thread', farEngine('thread', entry)), onReduced)
}

/** A far side that cannot be started blocks the job, with words for people. */
function strict(mode: 'process' | 'thread', engine: IsolationEngine): IsolationEngine {
  return {
    async open<R>(input: ExchangeInput<R>): Promise<Exchange<R>> {
      try {
        return await engine.open(input)
      } catch (error) {
        throw error instanceof StartFailure ? unavailable(mode, error) : error
      }
    },
  }
}

/** Processes, until one cannot be started for a reason that will not pass; from then on threads. */
function stepwise(process: IsolationEngine, thread: IsolationEngine, onReduced: OnReduced): IsolationEngine {
  let reduced = false
  return {
    async open<R>(input: ExchangeInput<R>): Promise<Exchange<R>> {
      if (reduced) return await thread.open(input)
      try {
        return await process.open(input)
      } catch (error) {
        if (!(error instanceof StartFailure)) throw error
        if (error.transient) throw unavailable('process', error)
        if (!reduced) onReduced(error.message)
        reduced = true
        return await thread.open(input)
      }
    },
  }
}

function unavailable(mode: 'process' | 'thread', error: StartFailure): ConfigError {
  return new ConfigError('ISOLATION_UNAVAILABLE', `isolation: '${mode}' cannot be had: ${error.message}.`, {
    retryable: error.transient,
    cause: error,
    remedy:
      mode === 'process'
        ? "Allow this process to start others, or set isolation: 'thread' for files that you trust."
        : "Allow worker threads, or set isolation: 'inline' for files that you trust.",
  })
}
