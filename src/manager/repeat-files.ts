import type { JobRow, JobStore } from '../contracts/job-store.js'
import { ConfigError } from '../errors.js'
import { ledgerFiles } from '../job/ledger-files.js'
import type { BuiltJob } from './built-job.js'

const STORE_DEADLINE_MS = 30_000

/** Which files: of one key, of keys that begin so, or all. */
export interface FileChoice {
  readonly key?: string | undefined
  readonly under?: string | undefined
}

/** Failed files once more. A file that left rows behind under another schema begins a generation of its own: they stay. */
export async function retryFiles(store: JobStore, row: JobRow, { seam }: BuiltJob, which: FileChoice): Promise<number> {
  const reset = (choice: FileChoice, nextGeneration: boolean): Promise<number> =>
    store.ledger.reset(row.id, { state: 'failed', ...present(choice) }, { nextGeneration, signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
  if (seam.context.sink.delivery === 'transactional') return await reset(which, false)
  let files = 0
  for await (const { key, dirty, schemaVersion } of ledgerFiles(store, row.id, { under: which.key ?? which.under, state: 'failed' })) {
    if (which.key !== undefined && key !== which.key) continue
    files += await reset({ key }, dirty && schemaVersion !== row.schemaVersion)
  }
  return files
}

/** Imported files again, each as the next generation. */
export async function reimportFiles(
  store: JobStore,
  row: JobRow,
  { seam }: BuiltJob,
  { allowDuplicates = false, ...which }: FileChoice & { readonly allowDuplicates?: boolean | undefined },
): Promise<number> {
  const { sink, settings } = seam.context
  if (!allowDuplicates && (sink.replaces !== true || settings.overwrites !== 'replace')) {
    throw new ConfigError('CONFIG_INVALID', `To import files of "${row.id}" again would leave their rows there twice.`, {
      remedy: "Use a sink that `replaces`, with overwrites: 'replace'; or say { allowDuplicates: true }.",
    })
  }
  const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
  return await store.ledger.reset(row.id, { state: 'imported', ...present(which) }, { nextGeneration: true, signal })
}

function present({ key, under }: FileChoice): { readonly key?: string; readonly under?: string } {
  return { ...(key === undefined ? {} : { key }), ...(under === undefined ? {} : { under }) }
}
