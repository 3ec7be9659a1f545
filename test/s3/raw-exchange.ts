import { type IncomingHttpHeaders, request } from 'node:http'
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Double } from 'lading/testing'

/** What came over the wire, without an SDK that repairs or hides it. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** `whole`: the message ended as HTTP wants it; `broken`: the connection ended before; `open`: nothing came for a while. */
  readonly ending: 'whole' | 'broken' | 'open'
}

interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
}

const quietMs = 150

/** GetObject, signed by the SDK and sent by hand. */
export function rawGet(double: S3Double, input: GetObjectCommandInput): Promise<RawAnswer> {
  return exchange(double, (client) => client.send(new GetObjectCommand(input)))
}

/** ListObjectsV2, signed by the SDK and sent by hand. */
export function rawList(double: S3Double, input: ListObjectsV2CommandInput): Promise<RawAnswer> {
  return exchange(double, (client) => client.send(new ListObjectsV2Command(input)))
}

async function exchange(double: S3Double, send: (client: S3Client) => Promise<unknown>): Promise<RawAnswer> {
  const { method, path, query = {}, headers } = await signed(double, send)
  const search = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`)
  const { port } = new URL(double.endpoint)
  return await new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path: `${path}?${search.join('&')}`, headers, agent: false }, (answer) => {
      const parts: Buffer[] = []
      const finish = (ending: RawAnswer['ending']): void => {
        clearTimeout(quiet)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts), ending })
        outgoing.destroy()
      }
      const quiet = setTimeout(finish, quietMs, 'open')
      answer.on('data', (part: Buffer) => {
        parts.push(part)
        quiet.refresh()
      })
      answer.on('end', () => finish('whole'))
      answer.on('error', () => finish('broken'))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** Lets the SDK build and sign a request, and takes it from its hands. */
async function signed(double: S3Double, send: (client: S3Client) => Promise<unknown>): Promise<SignedRequest> {
  const taken = new Error('taken')
  let caught: SignedRequest | undefined
  const client = new S3Client({
    endpoint: double.endpoint,
    region: double.region,
    credentials: double.credentials,
    maxAttempts: 1,
    requestHandler: {
      async handle(signedRequest: SignedRequest) {
        caught = signedRequest
        throw taken
      },
    },
  })
  await send(client).catch((error: unknown) => {
    if (caught === undefined) throw error
  })
  if (caught === undefined) throw new Error('the SDK sent nothing')
  return caught
}
