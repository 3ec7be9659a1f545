import { randomUUID } from 'node:crypto'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import { builtInDecoders } from '../decoders/detect/built-in-decoders.js'
import { detectFormat, stripCompression } from '../decoders/detect/detect-format.js'
import { DecodeError, SourceError } from '../errors.js'
import type { Exchange } from '../isolation/exchange.js'
import { isolationEngine } from '../isolation/isolation-mode.js'
import { unpack } from '../isolation/unpack.js'
import { openGuarded } from '../job/guarded-reader.js'
import { readHead, storedBytes } from '../job/open-bytes.js'
import type { FileContext } from '../model/file.js'
import { formatBytes } from '../util/bytes.js'
import { clockOf } from '../util/clock.js'
import { findFile, type GivenFile } from './given-file.js'
import type { CheckedLook } from './preview-options.js'

/** A file that is open for looking: read from its start by each mapper, without a job, a ledger or a sink. */
export interface OpenedFile {
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  readonly format: string
  readonly context: FileContext
  /** Why files are decoded in a thread although a process was wanted; `null` when they are not. */
  readonly reduced: string | null
  readonly signal: AbortSignal
  /** Decodes the file for one mapper. The exchange is closed when `work` is done. */
  exchange<R, T>(mapper: SchemaMapper<R>, work: (exchange: Exchange<R>) => Promise<T>): Promise<T>
}

/** Opens a file as a job would: the same guards, budgets, detection of formats and isolation. Closes it after `work`. */
export async function openFile<T>(file: GivenFile, options: CheckedLook, work: (opened: OpenedFile) => Promise<T>): Promise<T> {
  const { budgets, isolation, asOf } = options
  const decoders = [...options.decoders, ...builtInDecoders()]
  // No other file, of a job or of another owner, is decoded where this one is.
  const jobId = `lading/preview/${randomUUID()}`
  let reduced: string | null = null
  const engine = isolationEngine(isolation, decoders, (reason) => {
    reduced = reason
  })
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(tooLate(options.timeoutMs)), options.timeoutMs)
  const signal = options.signal === undefined ? late.signal : AbortSignal.any([late.signal, options.signal])
  try {
    signal.throwIfAborted()
    const { source, object } = await findFile(file, signal)
    const { key, size } = object
    if (size > budgets.fileBytes) throw tooLarge(key, size, budgets.fileBytes)
    const reader = await openGuarded(source, object, budgets, clockOf(options), signal)
    try {
      const base = key.slice(key.lastIndexOf('/') + 1)
      const { name, compression } = stripCompression(base)
      const stored = storedBytes(reader, name)
      const decoder = detectFormat(base, await readHead(unpack(stored, compression, budgets), { signal }), decoders)
      const { version } = object
      return await work({
        key,
        size,
        format: decoder.format,
        context: { jobId, key, version, generation: 1, size, schemaVersion: 0, sourceTime: object.lastModified ?? asOf, asOf },
        get reduced() {
          return reduced
        },
        signal,
        async exchange(mapper, withExchange) {
          const exchange = await engine.open({ jobId, decoder, mapper, stored, compression, budgets, alone: false, signal })
          try {
            return await withExchange(exchange)
          } finally {
            await exchange.close()
          }
        },
      })
    } finally {
      await reader.close()
    }
  } catch (error) {
    // What a part threw because time was up is not what is wrong.
    signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge(key: string, size: number, limit: number): SourceError {
  return new SourceError('OBJECT_TOO_LARGE', `"${key}" has ${formatBytes(size)}, the limit is ${formatBytes(limit)}.`, {
    location: { key },
    remedy: 'Split the file, or raise `budgets.fileBytes`.',
  })
}

function tooLate(timeoutMs: number): DecodeError {
  return new DecodeError('FILE_DEADLINE', `The file was not looked into within ${timeoutMs / 1000} s.`, {
    retryable: true,
    remedy: 'Raise `timeoutMs`, or look at fewer `rows`. Files that jobs of this process import are decoded first come, first served.',
  })
}
