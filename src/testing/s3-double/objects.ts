import { createHash } from 'node:crypto'
import { type Answer, emptyAnswer } from './answer.js'
import { unframe } from './aws-chunked.js'
import type { Bucket } from './bucket.js'
import { parseByteRange } from './byte-range.js'
import { verifyChecksums } from './checksum.js'
import { allowedBucket, type OperationContext } from './double-state.js'
import { checkReadConditions, checkWriteConditions } from './preconditions.js'
import { ServiceError } from './service-error.js'
import type { StoredObject } from './stored-object.js'

const archived = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/** GetObject. */
export function getObject(context: OperationContext): Answer {
  const { headers } = context.request
  const object = findObject(context, allowedBucket(context, 's3:GetObject'))
  if (archived.has(object.storageClass)) {
    throw new ServiceError('InvalidObjectState', "The operation is not valid for the object's storage class", {
      StorageClass: object.storageClass,
    })
  }
  checkReadConditions(headers, object)
  checkKey(context, object)
  return objectAnswer(object, headers)
}

/** The data of an object is only there for who may use its key; HEAD tells of it without. */
function checkKey({ state, principal }: OperationContext, { kmsKey }: StoredObject): void {
  if (kmsKey === undefined) return
  if (state.disabledKeys.has(kmsKey)) throw new ServiceError('KMS.DisabledException', `${kmsKey} is disabled.`)
  if (!state.access.allowsKey(principal, kmsKey, state.region)) throw new ServiceError('AccessDenied', 'Access Denied.')
}

/** HeadObject: the same answer without its body, and given for archived objects too. */
export function headObject(context: OperationContext): Answer {
  const { headers } = context.request
  const object = findObject(context, allowedBucket(context, 's3:GetObject'))
  checkReadConditions(headers, object)
  return objectAnswer(object, headers)
}

function findObject({ state, request, principal }: OperationContext, bucket: Bucket): StoredObject {
  const object = bucket.get(request.key)
  if (object !== undefined) return object
  // Who may not list is not told what is missing.
  if (!state.access.allows(principal, 's3:ListBucket', bucket, { key: request.key }))
    throw new ServiceError('AccessDenied', 'Access Denied.')
  throw new ServiceError('NoSuchKey', 'The specified key does not exist.', { Key: request.key })
}

function objectAnswer(object: StoredObject, headers: Readonly<Record<string, string>>): Answer {
  const range = parseByteRange(headers.range, object.size)
  const { start, end } = range ?? { start: 0, end: object.size }
  const wantsChecksum = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && range === undefined
  const answerHeaders = {
    ...object.headers,
    'accept-ranges': 'bytes',
    'content-type': object.contentType,
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    ...(object.storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': object.storageClass }),
    ...(object.kmsKey === undefined
      ? {}
      : { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': object.kmsKey }),
    ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${object.size}` }),
    ...(wantsChecksum ? object.checksums : {}),
  }
  return {
    status: range === undefined ? 200 : 206,
    headers: answerHeaders,
    size: end - start,
    read: (from, to) => object.read(start + from, start + to),
  }
}

/** PutObject. */
export function putObject(context: OperationContext): Answer {
  const { state, request } = context
  const { headers, key } = request
  const bucket = allowedBucket(context, 's3:PutObject')
  if (headers['x-amz-copy-source'] !== undefined) throw new ServiceError('NotImplemented', 'CopyObject is not part of this double.')
  if (Buffer.byteLength(key) > 1024) throw new ServiceError('KeyTooLongError', 'Your key is too long')
  checkWriteConditions(headers, bucket.get(key))
  const { bytes, trailers } = payloadOf(request.body, headers)
  const checksums = verifyChecksums({ ...headers, ...trailers }, bytes)
  const object = storedBytes(key, bytes, {
    lastModified: state.now(),
    contentType: headers['content-type'] ?? 'binary/octet-stream',
    storageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
    headers: keptHeaders(headers),
    checksums,
  })
  bucket.put(object)
  return emptyAnswer(200, { etag: `"${object.etag}"`, ...checksums })
}

function payloadOf(body: Buffer, headers: Readonly<Record<string, string>>): { bytes: Buffer; trailers: Readonly<Record<string, string>> } {
  const decodedLength = headers['x-amz-decoded-content-length']
  if (headers['content-length'] === undefined && decodedLength === undefined) {
    throw new ServiceError('MissingContentLength', 'You must provide the Content-Length HTTP header.')
  }
  const framed = headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true
  return framed ? unframe(body, Number(decodedLength)) : { bytes: body, trailers: {} }
}

function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => name.startsWith('x-amz-meta-') || ['cache-control', 'content-disposition', 'content-language'].includes(name),
  )
  // The framing is the transfer's, not the object's.
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item !== 'aws-chunked')
  return { ...Object.fromEntries(kept), ...(encoding.length === 0 ? {} : { 'content-encoding': encoding.join(',') }) }
}

/** An object whose bytes are in memory; its ETag is their MD5 unless another one is given. */
export function storedBytes(
  key: string,
  bytes: Uint8Array,
  fields: { readonly lastModified: Date; readonly etag?: string | undefined } & Partial<
    Pick<StoredObject, 'contentType' | 'storageClass' | 'headers' | 'checksums' | 'kmsKey'>
  >,
): StoredObject {
  return {
    key,
    size: bytes.length,
    etag: fields.etag ?? createHash('md5').update(bytes).digest('hex'),
    lastModified: wholeSeconds(fields.lastModified),
    storageClass: fields.storageClass ?? 'STANDARD',
    contentType: fields.contentType ?? 'binary/octet-stream',
    headers: fields.headers ?? {},
    checksums: fields.checksums ?? {},
    kmsKey: fields.kmsKey,
    read: (start, end) => bytes.subarray(start, end),
  }
}

/** S3 keeps times to the second, in listings too. */
export function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000)
}

/** DeleteObject: deleting what is not there succeeds. */
export function deleteObject(context: OperationContext): Answer {
  allowedBucket(context, 's3:DeleteObject').delete(context.request.key)
  return emptyAnswer(204)
}
