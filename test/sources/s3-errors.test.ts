import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { ImportError } from '../../src/errors.js'
import { s3Error } from '../../src/sources/s3/s3-error.js'
import type { Fault } from '../../src/testing/s3-double/fault.js'
import { bucket, listAll, only, prefix, readAll, S3Fixture, signal } from './s3-fixture.js'

const key = `${prefix}a.csv`
const always = { times: Number.POSITIVE_INFINITY }

async function withObject(): Promise<S3Fixture> {
  const fixture = await S3Fixture.start()
  fixture.put('a.csv', 'abc')
  return fixture
}

async function thrownBy(attempt: () => Promise<unknown>): Promise<ImportError> {
  try {
    await attempt()
  } catch (error) {
    if (error instanceof ImportError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a failed listing', () => {
  const cases: readonly (readonly [Fault, object])[] = [
    [
      { kind: 'slowDown', retryAfterSeconds: 7 },
      { code: 'SOURCE_THROTTLED', retryable: true, retryAfterMs: 7_000 },
    ],
    [{ kind: 'slowDown' }, { code: 'SOURCE_THROTTLED', retryable: true, retryAfterMs: undefined }],
    [{ kind: 'internalError' }, { code: 'SOURCE_UNAVAILABLE', retryable: true }],
    [{ kind: 'accessDenied' }, { code: 'SOURCE_DENIED', retryable: false, remedy: expect.stringMatching(/s3:ListBucket/) }],
    [{ kind: 'timeSkewed' }, { code: 'SOURCE_UNAVAILABLE', retryable: true, remedy: expect.stringMatching(/clock/) }],
    [
      { kind: 'redirect', region: 'eu-west-3' },
      { code: 'CONFIG_INVALID', retryable: false, remedy: "Set region: 'eu-west-3'." },
    ],
    [
      { kind: 'redirect', region: 'evil.example.com' },
      { code: 'CONFIG_INVALID', remedy: 'Set `region` to the region of the bucket.' },
    ],
    [{ kind: 'resetBeforeResponse' }, { code: 'SOURCE_UNAVAILABLE', retryable: true }],
    [
      { kind: 'cut', afterBytes: 50 },
      { code: 'SOURCE_UNAVAILABLE', retryable: true },
    ],
  ]
  test.each(cases)('%j', async (fault, expected) => {
    await using fixture = await withObject()
    const set = fixture.double.fault({ operation: 'ListObjectsV2', ...fault })
    await expect(listAll(fixture.source())).rejects.toMatchObject({ scope: 'job', remedy: expect.any(String), ...expected })
    expect(set.hits).toBe(1)
    expect(fixture.double.requestCounts.ListObjectsV2).toBe(1)
  })
})

describe('a failed read', () => {
  const cases: readonly (readonly [Fault, object])[] = [
    [
      { kind: 'slowDown', retryAfterSeconds: 2 },
      { code: 'SOURCE_THROTTLED', scope: 'job', retryable: true, retryAfterMs: 2_000 },
    ],
    [{ kind: 'internalError' }, { code: 'SOURCE_UNAVAILABLE', scope: 'job', retryable: true }],
    [
      { kind: 'accessDenied' },
      { code: 'OBJECT_DENIED', scope: 'file', retryable: false, remedy: expect.stringMatching(/s3:GetObject.*kms:Decrypt/) },
    ],
  ]
  test.each(cases)('%j', async (fault, expected) => {
    await using fixture = await withObject()
    const source = fixture.source()
    const object = await only(source)
    fixture.double.fault({ operation: 'GetObject', ...fault })
    await expect(readAll(source, object)).rejects.toMatchObject({ location: { key }, ...expected })
  })

  test('of a deleted object, and of a deleted bucket, are two things', async () => {
    await using fixture = await withObject()
    const object = await only(fixture.source())
    fixture.double.deleteObject(bucket, key)
    await expect(readAll(fixture.source(), object)).rejects.toMatchObject({ code: 'OBJECT_VANISHED', scope: 'file', retryable: false })
    const gone = fixture.source({ url: 's3://another-bucket/in/' })
    await expect(readAll(gone, object)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', scope: 'job', retryable: false })
    await expect(listAll(gone)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', message: 'There is no bucket "another-bucket".' })
  })
})

test('a redirect to another host is not followed', async () => {
  let reached = 0
  const other = await serve((_, response) => {
    reached++
    response.end()
  })
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.double.fault({ kind: 'redirect', location: `${other.url}/${bucket}/${key}`, ...always })
  await expect(listAll(source)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(/redirect/) })
  await expect(readAll(source, object)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  await expect(fixture.owned('the-key').checkOwnership?.({ signal })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  expect(reached).toBe(0)
  await other.close()
})

test('wrong keys, unknown keys, another region and no server', async () => {
  await using fixture = await withObject()
  const { credentials } = fixture.double
  const wrong = fixture.source({ credentials: { ...credentials, secretAccessKey: 'wrong' } })
  await expect(listAll(wrong)).rejects.toMatchObject({ code: 'SOURCE_DENIED', remedy: expect.stringMatching(/secret access key/) })
  const unknown = fixture.source({ credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } })
  await expect(listAll(unknown)).rejects.toMatchObject({ code: 'SOURCE_DENIED', message: expect.not.stringMatching(/AKIA/) })
  await expect(listAll(fixture.source({ region: 'eu-west-1' }))).rejects.toMatchObject({ code: 'CONFIG_INVALID', scope: 'job' })
  const nobody = fixture.source({ endpoint: 'http://127.0.0.1:9' })
  await expect(listAll(nobody)).rejects.toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringMatching(/ECONNREFUSED/),
    retryable: true,
  })
})

test('an answer without end is given up, whatever its status', async () => {
  const endless = await serve((request, response) => {
    response.writeHead(request.url?.includes('a.csv') ? 500 : 200, { 'content-type': 'application/xml' })
    const fill = (): void => {
      while (!response.destroyed && response.write('<a>'.repeat(20_000)));
      if (!response.destroyed) response.once('drain', fill)
    }
    fill()
  })
  await using fixture = await withObject()
  const object = await only(fixture.source())
  const source = fixture.source({ endpoint: endless.url })
  const before = process.memoryUsage.rss()
  await expect(listAll(source)).rejects.toMatchObject({ code: 'SOURCE_LISTING_INVALID' })
  await expect(readAll(source, object)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024)
  await endless.close()
})

describe('what the SDK throws, as ours', () => {
  const list = { action: 'list', bucket: 'b' } as const
  const get = { action: 'get', bucket: 'b', key: 'k' } as const
  const of = (name: string, status?: number, headers: object = {}) =>
    Object.assign(new Error('text of the server'), { name, $metadata: { httpStatusCode: status }, $response: { headers } })
  test.each([
    [of('TooManyRequests', 429, { 'retry-after': '3' }), list, { code: 'SOURCE_THROTTLED', retryAfterMs: 3_000 }],
    [of('Throttling', 400), list, { code: 'SOURCE_THROTTLED', retryable: true }],
    [of('SlowDown', 503, { 'retry-after': '99999999' }), get, { code: 'SOURCE_THROTTLED', retryAfterMs: 900_000 }],
    [of('SlowDown', 503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }), get, { retryAfterMs: 10_000 }],
    [of('SlowDown', 503, { 'retry-after': 'soon' }), get, { retryAfterMs: undefined }],
    [of('InvalidToken', 400), list, { code: 'SOURCE_CREDENTIALS_EXPIRED' }],
    [of('KMS.DisabledException', 400), get, { code: 'OBJECT_DENIED', remedy: expect.stringMatching(/kms:Decrypt/) }],
    [of('InvalidObjectState', 403), get, { code: 'OBJECT_ARCHIVED', scope: 'file' }],
    [of('NoSuchKey', 404), get, { code: 'OBJECT_VANISHED' }],
    [of('InvalidRange', 416), get, { code: 'OBJECT_CHANGED' }],
    [of('CredentialsProviderError'), list, { code: 'CONFIG_SECRET_MISSING', scope: 'job', retryable: true }],
    [of('TimeoutError'), list, { code: 'SOURCE_UNAVAILABLE', retryable: true }],
    [of('AccessDenied', 403), { action: 'assume-role', bucket: 'b' } as const, { code: 'SOURCE_DENIED' }],
    [of('ValidationError', 400), { action: 'assume-role', bucket: 'b' } as const, { code: 'SOURCE_DENIED' }],
    [of('Throttling', 400), { action: 'assume-role', bucket: 'b' } as const, { code: 'SOURCE_THROTTLED' }],
    [of('ServiceUnavailable', 503), { action: 'assume-role', bucket: 'b' } as const, { code: 'SOURCE_THROTTLED' }],
    [undefined, list, { code: 'SOURCE_UNAVAILABLE', retryable: true }],
    ['a string', get, { code: 'SOURCE_UNAVAILABLE', scope: 'job' }],
  ])('%s %j', (thrown, request, expected) => {
    const error = s3Error(thrown, request, new Date('2026-01-01T00:00:00Z'))
    expect(error).toMatchObject({ remedy: expect.any(String), ...expected })
    expect(inspect(error)).not.toMatch(/text of the server/)
  })
})

test('no secret is in any form of any error, even when the server repeats all it was sent', async () => {
  const secrets = {
    accessKeyId: 'ASIACANARYKEYID',
    secretAccessKey: 'CANARYsecretAccessKey',
    sessionToken: 'CANARYsessionToken',
    ingestionKey: 'CANARYingestionKey',
    externalId: 'CANARYexternalId',
  }
  const { ingestionKey, externalId, ...credentials } = secrets
  const statuses = [200, 206, 301, 307, 400, 403, 404, 412, 429, 500, 503]
  let status = 0
  const echo = await serve((request, response, body) => {
    const sent = `${JSON.stringify(request.headers)} ${request.url} ${body} ${Object.values(secrets).join(' ')}`
    const text = sent.replace(/[&<>]/g, ' ')
    response.writeHead(status, {
      'content-type': 'application/xml',
      'x-amz-request-id': Object.values(secrets).join('.'),
      'x-amz-bucket-region': secrets.sessionToken,
      etag: `"${secrets.accessKeyId}"`,
      location: `http://127.0.0.1:9/${secrets.sessionToken}`,
    })
    response.end(
      `<Error><Code>${secrets.accessKeyId}</Code><Message>${text}</Message><RequestId>${text}</RequestId><Key>${text}</Key></Error>`,
    )
  })
  await using fixture = await withObject()
  const options = { endpoint: echo.url, stsEndpoint: echo.url, credentials }
  const plain = fixture.owned(ingestionKey, options)
  const withRole = fixture.owned(ingestionKey, { ...options, role: { arn: 'arn:aws:iam::111122223333:role/importer', externalId } })
  const object = { key, version: 'e:abc:3', size: 3, lastModified: null }
  const attempts = (source: ObjectSource): (() => Promise<unknown>)[] => [
    () => listAll(source),
    () => readAll(source, object),
    async () => (await source.open(object, { signal })).read(0, 1, { signal }),
    async () => source.stat?.(key, { signal }),
    async () => source.checkOwnership?.({ signal }),
  ]
  let errors = 0
  for (status of statuses) {
    for (const attempt of [...attempts(plain), ...attempts(withRole)]) {
      // A HEAD of status 404 is an answer, not an error.
      const error = await attempt().catch((thrown: unknown) => thrown)
      if (error === undefined) continue
      expect(error).toBeInstanceOf(ImportError)
      errors++
      const shown = [
        JSON.stringify(error),
        String(error),
        (error as Error).stack,
        inspect(error, { depth: 20, showHidden: true, getters: true }),
      ].join('\n')
      expect(shown).not.toMatch(/CANARY/)
    }
    const findings = [await plain.check?.({ signal }), await withRole.check?.({ signal })]
    expect(JSON.stringify(findings)).not.toMatch(/CANARY/)
  }
  expect(errors).toBeGreaterThan(statuses.length * 8)
  await echo.close()
})

test('a key that holds control characters cannot forge a line of a log', async () => {
  await using fixture = await S3Fixture.start()
  const odd = 'a\r\nERROR \u001b[31m\u202egone\u0085'
  fixture.put(odd, 'abc')
  const source = fixture.source()
  const object = await only(source)
  fixture.double.deleteObject(bucket, prefix + odd)
  const error = await thrownBy(() => readAll(source, object))
  expect(error.message).toBe('"in/a\\r\\nERROR \\u001b[31m\\u202egone\\u0085" is no longer there.')
  expect(error.location.key).toBe(prefix + odd)
})

test('after close nothing is sent', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  await listAll(source)
  await source.close?.()
  fixture.double.clearRequests()
  await expect(listAll(source)).rejects.toBeInstanceOf(ImportError)
  expect(fixture.double.requests).toEqual([])
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    answer(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
