import { DecodeError } from '../../errors.js'
import { formatBytes } from '../../util/bytes.js'
import type { FarSideEnd } from './far-side.js'

/*
 * Each of these is the file's own and retryable: the attempt was counted before it began, so a file that kills its
 * decoder again and again fails after its attempts, and one that only met a short machine is imported the next time.
 */

function failure(
  code: 'DECODER_DIED' | 'DECODER_SILENT' | 'DECODER_MEMORY' | 'DECODER_DEADLINE',
  message: string,
  remedy: string,
): DecodeError {
  return new DecodeError(code, message, { retryable: true, remedy })
}

/** The far side ended, or was killed for what it sent. */
export function farSideDied(name: string, end: FarSideEnd): DecodeError {
  if (end.how === 'exit' && end.outOfMemory) {
    return failure('DECODER_MEMORY', `Decoding "${name}" took all the memory that a decoder may have.`, MEMORY_REMEDY)
  }
  const how =
    end.how === 'false'
      ? `was ended: ${end.what}`
      : `ended with ${end.signal !== null ? `signal ${end.signal}` : `status ${end.code ?? 'unknown'}`}`
  return failure(
    'DECODER_DIED',
    `The decoder of "${name}" ${how}.`,
    'The host is unharmed. If it happens again the file is broken or hostile: report it with the file, or write the file anew.',
  )
}

export function farSideSilent(name: string, silentMs: number): DecodeError {
  return failure(
    'DECODER_SILENT',
    `The decoder of "${name}" gave no sign of life for ${silentMs / 1000} s and was ended.`,
    'If it happens again the file is broken or hostile: report it with the file. On a very busy machine raise `budgets.silentMs`.',
  )
}

export function farSideTooLarge(name: string, bytes: number, limit: number): DecodeError {
  return failure(
    'DECODER_MEMORY',
    `Decoding "${name}" took ${formatBytes(bytes)} of memory, more than ${formatBytes(limit)}, and was ended.`,
    MEMORY_REMEDY,
  )
}

export function farSideLate(name: string, deadlineMs: number): DecodeError {
  return failure(
    'DECODER_DEADLINE',
    `"${name}" was not decoded within ${deadlineMs / 60_000} minutes.`,
    'Split the file, or raise `budgets.fileDeadlineMs`.',
  )
}

const MEMORY_REMEDY = 'Write smaller row groups or blocks, or raise `budgets.farSideBytes` if the file is to be trusted.'
