import type { S3AccessCode } from '../../access/access-code.js'
import type { Grant } from '../../access/missing-grant.js'
import type { AccessFinding } from '../../contracts/object-source.js'
import { ImportError } from '../../errors.js'
import { S3Answer } from './answer-facts.js'

/** What came of one request. */
export type Attempt<T> = { readonly value: T; readonly error?: never } | { readonly error: ImportError; readonly value?: never }

/** Runs a request; what it throws is kept, unless it is no finding but the end: an abort. */
export async function attempt<T>(run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await run() }
  } catch (error) {
    if (error instanceof ImportError) return { error }
    throw error
  }
}

export function allowed(permission: string, message: string, evidence: string): AccessFinding {
  return { permission, ok: true, message, evidence }
}

/** It could not be asked. `ok` when imports may well work all the same. */
export function notTried(permission: string, ok: boolean, why: string): AccessFinding {
  return { permission, ok, tried: false, message: `Not tried: ${why}.` }
}

/** Something to look at, or with `ok: false` something that stands in the way. */
export function found(
  permission: string,
  code: S3AccessCode,
  about: {
    readonly ok?: boolean
    readonly message: string
    readonly remedy: string | undefined
    readonly evidence: string
    readonly fix?: Grant
  },
): AccessFinding {
  const { ok = false, message, remedy, evidence, fix } = about
  return { permission, ok, code, message, evidence, ...(remedy === undefined ? {} : { remedy }), ...(fix === undefined ? {} : { fix }) }
}

/** `AccessDenied (HTTP 403), request id …`, as far as the answer may be repeated. */
export function answerOf(error: ImportError): string {
  const answer = error.cause
  if (!(answer instanceof S3Answer)) return error.code
  return answer.requestId === undefined ? answer.message : `${answer.message}, request id ${answer.requestId}`
}

/** What the store said, as a code of its own. */
export function storeCodeOf(error: ImportError): string | undefined {
  return error.cause instanceof S3Answer ? error.cause.code : undefined
}

const codes: Readonly<Record<string, S3AccessCode>> = {
  CONFIG_SECRET_MISSING: 'CREDENTIALS_MISSING',
  SOURCE_CREDENTIALS_EXPIRED: 'CREDENTIALS_EXPIRED',
  SOURCE_NOT_FOUND: 'BUCKET_NOT_FOUND',
  SOURCE_LISTING_INVALID: 'ANSWER_INVALID',
  READ_RANGE_IGNORED: 'ANSWER_INVALID',
  CONFIG_INVALID: 'REGION_DIFFERS',
}

/** @param denied what a refusal of this request means */
export function accessCode(error: ImportError, denied: S3AccessCode): S3AccessCode {
  if (error.code === 'SOURCE_DENIED' || error.code === 'OBJECT_DENIED') {
    const answer = storeCodeOf(error)
    const unknown = answer === 'SignatureDoesNotMatch' || answer === 'InvalidAccessKeyId' || answer === 'InvalidClientTokenId'
    return unknown ? 'CREDENTIALS_REFUSED' : denied
  }
  return codes[error.code] ?? 'UNAVAILABLE'
}
