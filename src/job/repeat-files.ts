import type { JobRow } from '../contracts/job-store.js'
import { ConfigError } from '../errors.js'
import type { JobContext } from './job-context.js'
import { ledgerFiles } from './ledger-files.js'

const STORE_DEADLINE_MS = 30_000

/** Which files: of one key, of keys that begin so, or all. */
export interface FileChoice {
  readonly key?: string | undefined
  readonly under?: string | undefined
}

export interface ReimportChoice extends FileChoice {
  /** For sinks that cannot replace: the rows are then there twice. @defaultValue false */
  readonly allowDuplicates?: boolean | undefined
}

/** Failed files once more. A file that left rows behind under another schema begins a generation of its own: they stay. */
export async function retryFiles({ id, store, sink }: JobContext, row: JobRow, which: FileChoice): Promise<number> {
  const reset = (choice: FileChoice, nextGeneration: boolean): Promise<number> =>
    store.ledger.reset(id, { state: 'failed', ...present(choice) }, { nextGeneration, signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
  if (sink.delivery === 'transactional') return await reset(which, false)
  let files = 0
  for await (const { key, dirty, schemaVersion } of ledgerFiles(store, id, { under: which.key ?? which.under, state: 'failed' })) {
    if (which.key !== undefined && key !== which.key) continue
    files += await reset({ key }, dirty && schemaVersion !== row.schemaVersion)
  }
  return files
}

/** Imported files again, each as the next generation. */
export async function reimportFiles(
  { id, store, sink, settings }: JobContext,
  { allowDuplicates = false, ...which }: ReimportChoice,
): Promise<number> {
  if (!allowDuplicates && (sink.replaces !== true || settings.overwrites !== 'replace')) {
    throw new ConfigError('CONFIG_INVALID', `To import files of "${id}" again would leave their rows there twice.`, {
      remedy: "Use a sink that `replaces`, with overwrites: 'replace'; or say { allowDuplicates: true }.",
    })
  }
  const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
  return await store.ledger.reset(id, { state: 'imported', ...present(which) }, { nextGeneration: true, signal })
}

function present({ key, under }: FileChoice): { readonly key?: string; readonly under?: string } {
  return { ...(key === undefined ? {} : { key }), ...(under === undefined ? {} : { under }) }
}
