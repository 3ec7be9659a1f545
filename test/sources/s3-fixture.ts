import type { ListOptions, ObjectSource } from '../../src/contracts/object-source.js'
import type { ObjectInfo } from '../../src/model/object-info.js'
import type { S3Place } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'

export const signal: AbortSignal = new AbortController().signal
export const bucket = 'customer-bucket'
export const prefix = 'in/'

/** A double with one bucket, and sources on it. */
export class S3Fixture implements AsyncDisposable {
  readonly #sources: ObjectSource[] = []
  readonly double: S3Double

  private constructor(double: S3Double) {
    this.double = double
  }

  static async start(options: Parameters<typeof startS3Double>[0] = {}): Promise<S3Fixture> {
    const double = await startS3Double(options)
    double.createBucket(bucket, { tags: { 'arize-ingestion-key': 'the-key' } })
    return new S3Fixture(double)
  }

  /** On the bucket's folder, unchecked, with the owner's keys unless said otherwise. */
  source(options: Partial<S3Place> = {}): ObjectSource {
    return this.keep(s3Source({ ...this.place, ownership: 'unchecked', ...options }))
  }

  owned(ingestionKey: string, options: Partial<S3Place> & { readonly tagKey?: string } = {}): ObjectSource {
    return this.keep(s3Source({ ...this.place, ingestionKey, ...options }))
  }

  get place(): S3Place {
    const { endpoint, stsEndpoint, region, credentials } = this.double
    return { url: `s3://${bucket}/${prefix}`, endpoint, stsEndpoint, region, credentials }
  }

  put(name: string, content: Uint8Array | string): void {
    this.double.putObject(bucket, prefix + name, content)
  }

  /** Closed with the fixture. */
  keep(source: ObjectSource): ObjectSource {
    this.#sources.push(source)
    return source
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const source of this.#sources) await source.close?.()
    await this.double.close()
  }
}

export async function listAll(source: ObjectSource, options: Partial<ListOptions> = {}): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = []
  for await (const page of source.list({ signal, ...options })) found.push(...page)
  return found
}

/** The one object there is. */
export async function only(source: ObjectSource): Promise<ObjectInfo> {
  const [object] = await listAll(source)
  if (object === undefined) throw new Error('nothing is listed')
  return object
}

export async function readAll(source: ObjectSource, object: ObjectInfo, start = 0): Promise<Buffer> {
  const reader = await source.open(object, { signal })
  const pieces: Uint8Array[] = []
  for await (const piece of reader.stream?.(start, { signal }) ?? []) pieces.push(piece)
  return Buffer.concat(pieces)
}
