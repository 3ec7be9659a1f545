import { DecodeError } from '../errors.js'
import type { ErrorLocation } from '../model/serialized-error.js'
import { formatBytes } from '../util/bytes.js'

/** Where in a file something is wrong, and what was thrown underneath. */
export interface FailurePlace extends ErrorLocation {
  readonly cause?: unknown
}

function failure(code: 'FILE_CORRUPT' | 'FORMAT_UNSUPPORTED' | 'BUDGET_EXCEEDED', message: string, remedy: string, place: FailurePlace) {
  const { cause, ...location } = place
  return new DecodeError(code, message, { location, remedy, ...(cause === undefined ? {} : { cause }) })
}

/** Bytes that break the format's rules. */
export function corruptFile(message: string, place: FailurePlace = {}): DecodeError {
  return failure('FILE_CORRUPT', message, 'Write the file again and upload it; check that the upload was complete.', place)
}

/** A lawful file outside what this package reads. `remedy` says what to write instead. */
export function unsupportedFile(message: string, remedy: string, place: FailurePlace = {}): DecodeError {
  return failure('FORMAT_UNSUPPORTED', message, remedy, place)
}

/** `what` needs more than the budget named `budget` allows. */
export function overBudget(what: string, needed: number, budget: string, limit: number, place: FailurePlace = {}): DecodeError {
  const shown = (amount: number): string => (/bytes$/i.test(budget) ? formatBytes(amount) : String(amount))
  const message = `${what}: ${shown(needed)}, more than the budget "${budget}" of ${shown(limit)}.`
  return failure('BUDGET_EXCEEDED', message, `Write smaller pieces, or raise the budget "${budget}".`, place)
}
