import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { STSClient } from '@aws-sdk/client-sts'

/** 1,000 keys of 1,024 bytes, each byte in three characters, with their markup, twice over. */
const mostBytes = 8 * 1024 * 1024

interface Answer {
  readonly statusCode?: number
  body?: unknown
}

/** Bounds what the SDK reads into memory: every answer but an object's own bytes, which are streamed. */
export function limitAnswers(client: S3Client | STSClient): void {
  const stack = client.middlewareStack as S3Client['middlewareStack']
  stack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      const answer = result.response as Answer
      const isObject = context.commandName === 'GetObjectCommand' && (answer.statusCode ?? 500) < 300
      if (!isObject && answer.body instanceof Readable) answer.body = Readable.from(limited(answer.body), { objectMode: false })
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'ladingLimitAnswers' },
  )
}

async function* limited(body: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > mostBytes) throw Object.assign(new Error('the answer is too long'), { name: 'AnswerTooLong' })
    yield piece
  }
}
