import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import type { ContractServer, Keys } from '../contract-server.js'
import type { SeenError } from '../intended-differences.js'

/** What the cases share: the server, clients with one try each, and which differences were asked for. */
export class Contract {
  readonly differencesUsed = new Set<object>()
  readonly #clients: { destroy(): void }[] = []
  #server: ContractServer | undefined
  #owner: S3Client | undefined

  async open(server: ContractServer): Promise<void> {
    this.#server = server
    this.#owner = this.client(server.owner)
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await this.#server?.close()
  }

  get server(): ContractServer {
    if (this.#server === undefined) throw new Error('the server was not started')
    return this.#server
  }

  /** A client with the owner's keys. */
  get owner(): S3Client {
    if (this.#owner === undefined) throw new Error('the server was not started')
    return this.#owner
  }

  client(credentials: Keys, settings: { readonly region?: string; readonly systemClockOffset?: number } = {}): S3Client {
    const { endpoint, region } = this.server
    return this.#kept(new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, ...settings }))
  }

  sts(credentials: Keys): STSClient {
    const { stsEndpoint, region } = this.server
    return this.#kept(new STSClient({ endpoint: stsEndpoint, region, credentials, maxAttempts: 1 }))
  }

  /** A fresh bucket of the owner's, or of the client's, with these objects. */
  async bucket(objects: Readonly<Record<string, string>> = {}, client: S3Client = this.owner): Promise<string> {
    const Bucket = `contract-${randomBytes(6).toString('hex')}`
    await client.send(new CreateBucketCommand({ Bucket }))
    const entries = Object.entries(objects)
    for (let at = 0; at < entries.length; at += 16) {
      await Promise.all(
        entries.slice(at, at + 16).map(([Key, text]) => client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(text) }))),
      )
    }
    return Bucket
  }

  /** What is intended of this server, where servers differ. */
  intended<Double, Gateway>(difference: { readonly double: Double; readonly gateway: Gateway }): Double | Gateway {
    this.differencesUsed.add(difference)
    return difference[this.server.name]
  }

  #kept<T extends { destroy(): void }>(client: T): T {
    this.#clients.push(client)
    return client
  }
}

/** The error that a call ends with, `undefined` when it succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<SeenError | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    const { name, $metadata } = error as { readonly name: string; readonly $metadata?: { readonly httpStatusCode?: number } }
    return { code: name, status: $metadata?.httpStatusCode ?? 0 }
  }
}
