import { ServiceError } from './service-error.js'
import type { StoredObject } from './stored-object.js'

type Headers = Readonly<Record<string, string>>

/** The conditional headers of GET and HEAD, in the order of RFC 9110. Throws `PreconditionFailed` or `NotModified`. */
export function checkReadConditions(headers: Headers, object: StoredObject): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (match !== undefined) {
    if (!names(match, object.etag)) throw preconditionFailed('If-Match')
  } else {
    const since = secondsOf(headers['if-unmodified-since'])
    if (since !== undefined && secondsOf(object.lastModified) > since) throw preconditionFailed('If-Unmodified-Since')
  }
  if (noneMatch !== undefined) {
    if (names(noneMatch, object.etag)) throw notModified(object)
  } else {
    const since = secondsOf(headers['if-modified-since'])
    if (since !== undefined && secondsOf(object.lastModified) <= since) throw notModified(object)
  }
}

/** The conditional headers of PUT. */
export function checkWriteConditions(headers: Headers, present: StoredObject | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (noneMatch === '*' && present !== undefined) throw preconditionFailed('If-None-Match')
  if (noneMatch !== undefined && noneMatch !== '*') throw new ServiceError('NotImplemented', 'If-None-Match takes only * here.')
  if (match === undefined) return
  if (present === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.')
  if (!names(match, present.etag)) throw preconditionFailed('If-Match')
}

function names(header: string, etag: string): boolean {
  return header.split(',').some((item) => ['*', etag, `"${etag}"`].includes(item.trim()))
}

function secondsOf(time: Date): number
function secondsOf(time: string | undefined): number | undefined
function secondsOf(time: Date | string | undefined): number | undefined {
  const ms = time instanceof Date ? time.getTime() : Date.parse(time ?? '')
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}

function preconditionFailed(condition: string): ServiceError {
  return new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: condition })
}

function notModified(object: StoredObject): ServiceError {
  return new ServiceError('NotModified', 'Not Modified', {}, { etag: `"${object.etag}"` })
}
