import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createExternalId, createIngestionKey } from '../../src/access/ingestion-key.js'
import { ImportError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import type { S3Place } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import type { Fault } from '../../src/testing/s3-double/fault.js'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from '../job/parts.js'

let folder: string
const closers: (() => unknown)[] = []
/** What was written to the process's own outputs meanwhile. */
const printed: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-secrets-'))
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream)
    vi.spyOn(stream, 'write').mockImplementation(((chunk: string | Uint8Array, ...rest: never[]) => {
      printed.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      return write(chunk, ...rest)
    }) as typeof stream.write)
  }
})
afterAll(async () => {
  vi.restoreAllMocks()
  for (const close of closers) await close()
  await rm(folder, { recursive: true })
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    answer(request, response, Buffer.concat(parts))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The double's STS, and the secrets of every session that it hands out. */
async function sessionsOf(double: S3Double): Promise<{ readonly stsEndpoint: string; readonly secrets: string[] }> {
  const secrets: string[] = []
  const { hostname, port } = new URL(double.endpoint)
  const stsEndpoint = await serve((incoming, response, body) => {
    const { method, url: path, headers } = incoming
    const forwarded = httpRequest({ hostname, port, method, path, headers }, async (answer) => {
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part as Buffer)
      const text = Buffer.concat(parts).toString()
      for (const [, secret = ''] of text.matchAll(/<(?:AccessKeyId|SecretAccessKey|SessionToken)>([^<]+)</g)) secrets.push(secret)
      response.writeHead(answer.statusCode ?? 500, { 'content-type': 'text/xml' }).end(text)
    })
    forwarded.end(body)
  })
  return { stsEndpoint, secrets }
}

interface Secrets {
  readonly ingestionKey: string
  readonly externalId: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
}

/** Runs everything that a job can be asked, and gives all that it says, in every form in which it can be said. */
async function allOutputOf(place: S3Place & { readonly ingestionKey: string }): Promise<string> {
  const name = join(folder, `${Math.random().toString(36).slice(2)}.db`)
  const source = s3Source(place)
  const job = new ImportJob({
    id: 'secrets',
    source,
    mapper: scoreMapper(),
    sink: memorySink<Score>(),
    store: sqliteStore(name),
    isolation: 'inline',
    ownershipCheckIntervalMs: 1,
    budgets: { readIdleMs: 1_000 },
  })
  const log = eventLog(job)
  const settle = async (what: () => unknown): Promise<unknown> => {
    try {
      return await what()
    } catch (error) {
      return error
    }
  }
  const said: unknown[] = []
  said.push(
    await settle(() => job.checkAccess()),
    await settle(() => job.dryRun()),
    await settle(() => job.runOnce()),
    await settle(() => job.status()),
  )
  const entries: unknown[] = []
  for await (const entry of job.files()) entries.push(entry)
  said.push(entries, log.names, job, source)
  for (const event of log.names) said.push(...log.of(event))
  await job.close()
  const errors = said.flatMap(errorsIn)
  const shown = [...said, ...errors].flatMap((value) => [
    inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    JSON.stringify(value) ?? '',
    value instanceof Error ? `${value} ${value.stack} ${inspect(value.cause, { depth: 20 })}` : '',
  ])
  // Files of the journal come and go.
  const kept = (await readdir(folder)).filter((file) => file.startsWith(basename(name)))
  const ledger = await Promise.all(kept.map((file) => readFile(join(folder, file), 'latin1').catch(() => '')))
  expect(ledger.join('')).toContain('SQLite format 3')
  return [...shown, ...ledger, ...printed].join('\n')
}

function errorsIn(value: unknown): ImportError[] {
  if (value instanceof ImportError) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((inner) =>
    inner instanceof ImportError ? [inner] : Array.isArray(inner) ? inner.flatMap(errorsIn) : [],
  )
}

function expectNone(output: string, secrets: readonly string[]): void {
  // A test that looks at nothing would pass.
  expect(output.length).toBeGreaterThan(2_000)
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8)
    expect(output.includes(secret), `a secret beginning with ${secret.slice(0, 4)} is shown`).toBe(false)
  }
  expect(output).not.toMatch(/X-Amz-Signature|AWS4-HMAC|Signature=|x-amz-security-token/i)
}

const role = 'arn:aws:iam::111122223333:role/reader'

const ofS3 = ['ListObjectsV2', 'GetObject', 'HeadObject', 'GetBucketTagging'] as const

const faults: readonly (readonly [what: string, fault: Fault | null, tag: 'right' | 'wrong'])[] = [
  ['an import that works', null, 'right'],
  ['a wrong tag', null, 'wrong'],
  ['a refused listing', { kind: 'accessDenied', operation: 'ListObjectsV2' }, 'right'],
  ['refused objects', { kind: 'accessDenied', operation: 'GetObject' }, 'right'],
  ['refused tags', { kind: 'accessDenied', operation: 'GetBucketTagging' }, 'right'],
  ['a refused role', { kind: 'accessDenied', operation: 'AssumeRole' }, 'right'],
  ['expired sessions', { kind: 'expiredToken', operation: ofS3 }, 'right'],
  ['a redirect', { kind: 'redirect', operation: ofS3, location: 'http://127.0.0.1:9/' }, 'right'],
  ['a cut body', { kind: 'cut', operation: 'GetObject', afterBytes: 3, reset: true, times: 2 }, 'right'],
  ['a listing that is none', { kind: 'malformedListing', damage: 'html' }, 'right'],
]

test.each(faults)('no secret is told by %s', async (_, fault, tag) => {
  const double = await startS3Double()
  closers.push(() => double.close())
  const host = double.addUser('host', '999988887777')
  const secrets: Secrets = { ingestionKey: createIngestionKey(), externalId: createExternalId(), credentials: host }
  double.createBucket('customer-bucket', { tags: { 'arize-ingestion-key': tag === 'right' ? secrets.ingestionKey : 'CANARY-of-another' } })
  double.addRole({
    arn: role,
    trusted: host,
    externalId: secrets.externalId,
    allow: ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'],
  })
  double.putObject('customer-bucket', 'in/a.csv', scoresCsv('a', 3))
  if (fault !== null) double.fault({ times: Number.POSITIVE_INFINITY, ...fault })
  const sessions = await sessionsOf(double)
  const { ingestionKey, externalId } = secrets
  const output = await allOutputOf({
    url: 's3://customer-bucket/in/',
    endpoint: double.endpoint,
    stsEndpoint: sessions.stsEndpoint,
    region: double.region,
    credentials: { accessKeyId: host.accessKeyId, secretAccessKey: host.secretAccessKey },
    ingestionKey,
    role: { arn: role, externalId },
  })
  if (fault?.operation !== 'AssumeRole') expect(sessions.secrets.length).toBeGreaterThanOrEqual(3)
  expectNone(output, [ingestionKey, externalId, host.accessKeyId, host.secretAccessKey, 'CANARY-of-another', ...sessions.secrets])
})

test.each([200, 307, 403, 503])('no secret is told when a server repeats all it was sent, with status %d', async (status) => {
  const secrets: Secrets = {
    ingestionKey: createIngestionKey(),
    externalId: createExternalId(),
    credentials: { accessKeyId: 'ASIACANARYKEYID00000', secretAccessKey: 'CANARYsecretAccessKey', sessionToken: 'CANARYsessionToken' },
  }
  const { ingestionKey, externalId, credentials } = secrets
  const all = [ingestionKey, externalId, ...Object.values(credentials)]
  const echo = await serve((request, response, body) => {
    const text = `${JSON.stringify(request.headers)} ${request.url} ${body} ${all.join(' ')}`.replace(/[&<>]/g, ' ')
    response.writeHead(status, {
      'content-type': 'application/xml',
      'x-amz-request-id': all.join('.'),
      'x-amz-bucket-region': externalId,
      location: `http://127.0.0.1:9/?X-Amz-Signature=${credentials.sessionToken}`,
    })
    const error = `<Code>${credentials.accessKeyId}</Code><Message>${text}</Message><Region>${externalId}</Region><RequestId>${text}</RequestId>`
    response.end(`<Error>${error}</Error>`)
  })
  const place = { url: 's3://customer-bucket/in/', endpoint: echo, stsEndpoint: echo, region: 'us-east-1', credentials, ingestionKey }
  expectNone(await allOutputOf(place), all)
  if (status === 403) expectNone(await allOutputOf({ ...place, role: { arn: role, externalId } }), all)
})
