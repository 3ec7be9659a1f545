import type { FileWriter, Sink } from '../contracts/sink.js'
import type { SinkFile } from '../model/file.js'
import type { Receipt } from '../model/receipt.js'
import { abortable } from '../util/abort.js'
import type { JobContext } from './job-context.js'
import { sinkErrorFrom } from './retry-policy.js'

/** How long a sink may take to drop its own staging. */
const ABORT_DEADLINE_MS = 10_000

/** Fences the key and asks the sink: its receipt, or `null` for "not committed". Then nothing of a lower fence can commit. */
export async function settle({ sink }: JobContext, file: SinkFile, signal: AbortSignal): Promise<Receipt | null> {
  const answer = await begin(sink, file, signal)
  if (!('write' in answer)) return answer
  await abortWriter(answer, new Error('Only asked for the receipt.'))
  return null
}

/** @param named what the sink is called when it fails */
export async function begin<R>(sink: Sink<R>, file: SinkFile, signal: AbortSignal, named = 'sink'): Promise<FileWriter<R> | Receipt> {
  try {
    return await abortable(sink.begin(file, { signal }), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw sinkErrorFrom(error, file.key, named)
  }
}

/**
 * Drops a writer's own staging, with a fresh deadline. A failure is not the file's: what is left lies under a fence that
 * the next `begin` removes, and the reason that led here is what people need to see.
 */
export async function abortWriter(writer: FileWriter<never>, reason: unknown): Promise<void> {
  const signal = AbortSignal.timeout(ABORT_DEADLINE_MS)
  const aborting = async (): Promise<void> => writer.abort(reason, { signal })
  await abortable(aborting(), signal).catch(() => undefined)
}
