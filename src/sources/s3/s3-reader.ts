import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ObjectReader } from '../../contracts/object-source.js'
import { ImportError, SourceError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { objectChanged, quoteKey } from '../object-errors.js'
import { answerFacts, S3Answer } from './answer-facts.js'
import { etagOf, strongEtag } from './etag.js'
import type { S3Connection } from './s3-connection.js'
import type { S3Settings } from './s3-options.js'

/** `start` inclusive, `end` exclusive. */
interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads one object version. Each GET carries `If-Match`, and the answer's own ETag is compared too, because some stores
 * ignore the header; so is the range that the answer says it holds. How many bytes then really come is the engine's to count.
 */
export function s3Reader(connection: S3Connection, settings: S3Settings, object: ObjectInfo, onRequest: () => void): ObjectReader {
  const { key, size } = object
  const get = (range: ByteRange, signal: AbortSignal): Promise<Readable> =>
    openRange(connection, settings, object, range, signal, onRequest)
  return {
    size,
    async read(start, end, { signal }) {
      const range = { start, end: Math.min(end, size) }
      if (range.end <= range.start) return new Uint8Array(0)
      return collect(key, await get(range, signal), range.end - range.start, signal)
    },
    async *stream(start, { signal }) {
      if (start >= size) return
      // The body, and with it the socket, is destroyed when the consumer stops early.
      yield* pieces(key, await get({ start, end: size }, signal), signal)
    },
  }
}

async function openRange(
  connection: S3Connection,
  { bucket, expectedBucketOwner }: S3Settings,
  { key, version, size }: ObjectInfo,
  { start, end }: ByteRange,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<Readable> {
  const etag = etagOf(version, size)
  if (etag === undefined) throw objectChanged(key)
  const isWhole = start === 0 && end === size
  const answer = await connection.send(
    { action: 'get', bucket, key },
    signal,
    ({ s3, client }, abortSignal) => {
      onRequest()
      return client.send(
        new s3.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          IfMatch: `"${etag}"`,
          ...(isWhole ? {} : { Range: `bytes=${start}-${end - 1}` }),
          ExpectedBucketOwner: expectedBucketOwner,
        }),
        { abortSignal },
      )
    },
    true,
  )
  const body = answer.Body as Readable | undefined
  try {
    checkAnswer(key, answer, etag, { start, end }, size)
    if (body === undefined) throw cutShort(key)
    return body
  } catch (error) {
    body?.destroy()
    throw error
  }
}

function checkAnswer(key: string, answer: GetObjectCommandOutput, etag: string, { start, end }: ByteRange, size: number): void {
  if (strongEtag(answer.ETag) !== etag) throw objectChanged(key)
  if (answer.$metadata.httpStatusCode !== 206) {
    if (start === 0 && end === size) return
    throw rangeIgnored(key, start, end, 'the whole object')
  }
  const [, from, to, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(answer.ContentRange ?? '') ?? []
  if (total !== undefined && total !== '*' && Number(total) !== size) throw objectChanged(key)
  // Fewer bytes than asked for are a cut, which the engine resumes; other bytes are not.
  if (from === undefined || Number(from) !== start || Number(to) >= end) throw rangeIgnored(key, start, end, 'another range')
}

function rangeIgnored(key: string, start: number, end: number, given: string): SourceError {
  return new SourceError(
    'READ_RANGE_IGNORED',
    `Asked for bytes ${start} to ${end} of ${quoteKey(key)}, the store answered with ${given}.`,
    {
      location: { key, byteOffset: start },
      remedy: 'The store, or a proxy before it, does not honour Range requests. Read from one that does.',
    },
  )
}

function cutShort(key: string, cause?: unknown): SourceError {
  return new SourceError('READ_CUT_SHORT', `The connection was cut while reading ${quoteKey(key)}.`, {
    retryable: true,
    location: { key },
    remedy: 'Nothing to do if it passes; otherwise check the network between this host and the store.',
    cause,
  })
}

async function* pieces(key: string, body: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const onAbort = (): void => void body.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    for await (const piece of body as AsyncIterable<Uint8Array>) yield piece
    signal.throwIfAborted()
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ImportError ? error : cutShort(key, new S3Answer(answerFacts(error, new Date())))
  } finally {
    signal.removeEventListener('abort', onAbort)
    body.destroy()
  }
}

/** At most `length` bytes: memory is what was asked for, whatever the answer holds. */
async function collect(key: string, body: Readable, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  for await (const piece of pieces(key, body, signal)) {
    if (filled + piece.length > length) throw rangeIgnored(key, 0, length, 'more bytes')
    bytes.set(piece, filled)
    filled += piece.length
  }
  return filled === length ? bytes : bytes.slice(0, filled)
}
