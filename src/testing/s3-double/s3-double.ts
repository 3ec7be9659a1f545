import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AccessControl, type BucketGrant, type DoubleRole, type DoubleUser } from './access-control.js'
import type { Bucket } from './bucket.js'
import { crc32Header } from './checksum.js'
import { createBucket, type DoubleState } from './double-state.js'
import type { Fault, FaultHandle } from './fault.js'
import { FaultScript } from './fault-script.js'
import { storedBytes, wholeSeconds } from './objects.js'
import type { DoublePolicy } from './policy.js'
import { countRequests, type LoggedRequest, type RequestCounts } from './request-log.js'
import { createS3Server, type DoubleParts } from './s3-server.js'
import type { ReadRange } from './stored-object.js'

/** How the double is. */
export interface S3DoubleOptions {
  /** Requests signed for another region are refused. @defaultValue 'us-east-1' */
  readonly region?: string
  /** Twelve digits: owner of the buckets. @defaultValue '111122223333' */
  readonly account?: string
  /** Time as the double sees it: signatures, sessions, last-modified times. @defaultValue the system's */
  readonly now?: () => Date
  /** Shortest session of AssumeRole; AWS allows none under 900 s. @defaultValue 900 */
  readonly minSessionSeconds?: number
  /** Larger uploads are refused. @defaultValue 512 MiB */
  readonly maxBodyBytes?: number
}

/** Settings of an object that is stored directly. */
export interface ObjectSettings {
  /** Kept to the second. @defaultValue now */
  readonly lastModified?: Date
  /** `GLACIER` and `DEEP_ARCHIVE` refuse to be read. @defaultValue 'STANDARD' */
  readonly storageClass?: string
  /** For example one of a multipart upload, `…-2`. @defaultValue the MD5 of the bytes */
  readonly etag?: string
  /** @defaultValue 'binary/octet-stream' */
  readonly contentType?: string
  /** Further headers, given back with the object: `content-encoding`, `x-amz-meta-…`. */
  readonly headers?: Readonly<Record<string, string>>
  /** ARN of a KMS key: who is not the owner reads the object only where a role's `permissions` or the key's policy allow `kms:Decrypt`. */
  readonly kmsKey?: string
  /** Keep a CRC32, given back when a client asks for it. @defaultValue false */
  readonly checksum?: boolean
}

/** An object that is not held in memory. */
export interface GeneratedObject extends Omit<ObjectSettings, 'checksum' | 'etag'> {
  /** Bytes. */
  readonly size: number
  readonly etag: string
  /** Bytes `start` (inclusive) to `end` (exclusive), the same ones each time. */
  readonly read: ReadRange
}

/**
 * An S3 and an STS in this process, on `127.0.0.1` at a free port: a test double for code that reads buckets with the
 * real AWS SDK. Signatures are verified, access is checked, errors have AWS's codes; what goes wrong is scripted by `fault`.
 *
 * @example
 * ```ts
 * await using s3 = await startS3Double()
 * s3.createBucket('logs')
 * s3.putObject('logs', 'in/a.csv', 'id,score\n1,0.5\n')
 * const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials })
 * const cut = s3.fault({ operation: 'GetObject', kind: 'cut', afterBytes: 10 })
 * // … import …
 * assert.equal(cut.hits, 1)
 * ```
 */
export class S3Double implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`; buckets are in the path, under `BUCKET.localhost` in the name. */
  readonly endpoint: string
  /** The same server. */
  readonly stsEndpoint: string
  readonly region: string
  readonly account: string
  /** Keys of the owner of all buckets, who may do everything. */
  readonly credentials: DoubleUser
  readonly #server: Server
  readonly #parts: DoubleParts
  readonly #state: DoubleState
  readonly #files: FileHandle[] = []

  /** @internal Use `startS3Double`. */
  constructor(server: Server, owner: DoubleUser, parts: DoubleParts) {
    const { port } = server.address() as AddressInfo
    this.endpoint = `http://127.0.0.1:${port}`
    this.stsEndpoint = this.endpoint
    this.region = parts.state.region
    this.account = parts.state.account
    this.credentials = owner
    this.#server = server
    this.#parts = parts
    this.#state = parts.state
  }

  /** Every request so far, in order of arrival. */
  get requests(): readonly Readonly<LoggedRequest>[] {
    return this.#parts.requests
  }

  get requestCounts(): RequestCounts {
    return countRequests(this.#parts.requests)
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.#parts.requests.length = 0
  }

  /** Creates a bucket; one that exists is left as it is. */
  createBucket(name: string, settings: { readonly owner?: string; readonly tags?: Readonly<Record<string, string>> } = {}): void {
    if (!this.#state.buckets.has(name)) createBucket(this.#state, name, settings.owner ?? this.account)
    if (settings.tags !== undefined) this.setTags(name, settings.tags)
  }

  /** Stores an object as if it had been uploaded, without a request. Text is UTF-8. Returns its ETag, without quotes. */
  putObject(bucket: string, key: string, bytes: Uint8Array | string, settings: ObjectSettings = {}): string {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    const { checksum = false, lastModified = this.#state.now(), ...rest } = settings
    const object = storedBytes(key, data, { ...rest, lastModified, ...(checksum ? { checksums: crc32Header(data) } : {}) })
    this.#bucket(bucket).put(object)
    return object.etag
  }

  /** Stores an object whose bytes are made when they are read. */
  putGenerated(bucket: string, key: string, object: GeneratedObject): void {
    this.#bucket(bucket).put({
      key,
      size: object.size,
      etag: object.etag,
      lastModified: wholeSeconds(object.lastModified ?? this.#state.now()),
      storageClass: object.storageClass ?? 'STANDARD',
      contentType: object.contentType ?? 'binary/octet-stream',
      headers: object.headers ?? {},
      checksums: {},
      kmsKey: object.kmsKey,
      read: object.read,
    })
  }

  /** Stores an object whose bytes are a file on disk, read when asked for. The file must not change meanwhile. */
  async putFile(bucket: string, key: string, path: string, settings: Omit<ObjectSettings, 'checksum'> = {}): Promise<void> {
    const file = await open(path)
    this.#files.push(file)
    const { size, mtimeMs, ino } = await file.stat()
    this.putGenerated(bucket, key, {
      ...settings,
      size,
      etag: settings.etag ?? `${ino.toString(16)}${Math.floor(mtimeMs).toString(16)}-1`,
      async read(start, end) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(end - start), 0, end - start, start)
        return buffer.subarray(0, bytesRead)
      },
    })
  }

  /** Is it there no more? `false` when it never was. */
  deleteObject(bucket: string, key: string): boolean {
    return this.#bucket(bucket).delete(key)
  }

  /** Keys in the order of a listing. */
  keys(bucket: string): string[] {
    return Array.from(this.#bucket(bucket).from(''), ({ key }) => key)
  }

  /** Replaces the bucket's tags; `undefined` removes the set. */
  setTags(bucket: string, tags: Readonly<Record<string, string>> | undefined): void {
    this.#bucket(bucket).tags = tags === undefined ? undefined : new Map(Object.entries(tags))
  }

  /**
   * Replaces what others than the owner may do in the bucket. At first: nothing. Either a list of grants, or a policy in
   * AWS's own form; `undefined` removes both.
   */
  setPolicy(bucket: string, policy: readonly BucketGrant[] | DoublePolicy | undefined): void {
    const found = this.#bucket(bucket)
    const isList = Array.isArray(policy)
    found.grants = isList ? (policy as readonly BucketGrant[]) : []
    found.policy = isList ? undefined : (policy as DoublePolicy | undefined)
  }

  /** Replaces the policy of a KMS key. At first: nobody may use it but the owner. */
  setKeyPolicy(keyArn: string, policy: DoublePolicy): void {
    this.#state.access.setKeyPolicy(keyArn, policy)
  }

  /** From now on objects of this KMS key are answered with KMS.DisabledException. */
  disableKey(keyArn: string): void {
    this.#state.disabledKeys.add(keyArn)
  }

  /**
   * A user with keys and no rights. The same user again for the same name and account.
   *
   * @param account twelve digits; that of the buckets by default
   */
  addUser(name: string, account?: string): DoubleUser {
    return this.#state.access.addUser(name, account === undefined ? {} : { account })
  }

  /** A role for AssumeRole; one of the same ARN is replaced. */
  addRole(role: DoubleRole): void {
    this.#state.access.addRole(role)
  }

  /** Ends all sessions of AssumeRole: their next request is answered with ExpiredToken. */
  expireSessions(): void {
    this.#state.access.expireSessions()
  }

  /** Sets a fault. Several may be set; see `FaultMatch` for which requests they hit. */
  fault(fault: Fault): FaultHandle {
    return this.#parts.faults.add(fault)
  }

  /** Removes all faults. */
  clearFaults(): void {
    this.#parts.faults.clear()
  }

  /**
   * Stops listening and ends every connection, stalled ones too. May be called again. Rejects with an `AggregateError` when
   * a callback of the test (`changeObject`, `when`, `read`) threw, for its request was left without an answer.
   */
  async close(): Promise<void> {
    if (this.#server.listening) {
      const closed = once(this.#server, 'close')
      this.#server.close()
      this.#server.closeAllConnections()
      await closed
    }
    await Promise.all(this.#files.splice(0).map((file) => file.close()))
    const mistakes = this.#parts.mistakes.splice(0)
    if (mistakes.length > 0) throw new AggregateError(mistakes, `The S3 double could not answer ${mistakes.length} requests`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #bucket(name: string): Bucket {
    const bucket = this.#state.buckets.get(name)
    if (bucket === undefined) throw new Error(`No bucket ${JSON.stringify(name)} in the S3 double: call createBucket first.`)
    return bucket
  }
}

/** Starts a double; it listens once this resolves. Close it, or hold it with `await using`. */
export async function startS3Double(options: S3DoubleOptions = {}): Promise<S3Double> {
  const { region = 'us-east-1', account = '111122223333', minSessionSeconds = 900, maxBodyBytes = 512 * 1024 * 1024 } = options
  const access = new AccessControl(account)
  const owner = access.addUser('owner', { owner: true })
  const now = options.now ?? (() => new Date())
  const state: DoubleState = { region, account, access, buckets: new Map(), disabledKeys: new Set(), minSessionSeconds, now }
  const parts: DoubleParts = { state, faults: new FaultScript(), requests: [], mistakes: [], maxBodyBytes }
  const server = createS3Server(parts)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new S3Double(server, owner, parts)
}
