import type { Portable } from '../../contracts/call-options.js'
import { DecodeError } from '../../errors.js'
import { WORKER_MODULE } from '../portable-parts.js'
import { builtInParts } from './built-in-parts.js'

/**
 * The part that a host named: a built-in one, or what a module's function returns.
 *
 * @param method what the part must have
 * @throws DecodeError `DECODER_FAILED` when there is no such module, export or method
 */
export async function loadPart<T>({ module, export: name, options }: Portable, method: string): Promise<T> {
  const failed = (why: string, cause?: unknown): DecodeError =>
    new DecodeError('DECODER_FAILED', `"${name}" of "${module}" ${why} where files are decoded.`, {
      cause,
      remedy:
        'Correct `portable`: an absolute URL or a package that can be imported there, and an exported function that returns the part.',
    })
  let make: unknown
  try {
    make = module === WORKER_MODULE ? await ownPart(name) : ((await import(module)) as Readonly<Record<string, unknown>>)[name]
  } catch (error) {
    throw failed('cannot be imported', error)
  }
  if (typeof make !== 'function') throw failed('is no function')
  let part: unknown
  try {
    part = make(options)
  } catch (error) {
    throw failed('threw instead of making its part', error)
  }
  const made = part as Readonly<Record<string, unknown>> | null
  if (typeof made !== 'object' || made === null || typeof made[method] !== 'function') throw failed(`makes nothing with ${method}()`)
  return part as T
}

async function ownPart(name: string): Promise<unknown> {
  return Object.hasOwn(builtInParts, name) ? await builtInParts[name]?.() : undefined
}
