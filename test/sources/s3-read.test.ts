import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bucket, only, prefix, readAll, S3Fixture, signal } from './s3-fixture.js'

const key = `${prefix}data.bin`
const data = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * i) >>> 3))

async function withObject(): Promise<S3Fixture> {
  const fixture = await S3Fixture.start()
  fixture.put('data.bin', data)
  return fixture
}

test('opening costs nothing; each range is one GET, pinned to the version', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.double.clearRequests()
  const reader = await source.open(object, { signal })
  expect(fixture.double.requests).toEqual([])
  expect(Buffer.from(await reader.read(10, 20, { signal })).equals(data.subarray(10, 20))).toBe(true)
  expect((await readAll(source, object, 999_990)).equals(data.subarray(999_990))).toBe(true)
  expect((await readAll(source, object)).equals(data)).toBe(true)
  expect(fixture.double.requests.map(({ range, status }) => [range, status])).toEqual([
    ['bytes=10-19', 206],
    ['bytes=999990-999999', 206],
    [undefined, 200],
  ])
  expect(source.requestCounts?.()).toEqual({ list: 1, head: 0, get: 3 })
})

test('an object overwritten between two ranges is OBJECT_CHANGED, also at equal size', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const reader = await source.open(await only(source), { signal })
  await reader.read(0, 10, { signal })
  fixture.put('data.bin', Buffer.from(data).fill(1, 0, 1))
  await expect(reader.read(10, 20, { signal })).rejects.toMatchObject({ code: 'OBJECT_CHANGED', scope: 'file', location: { key } })
})

test('an object that shrank below the range is OBJECT_CHANGED', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.put('data.bin', 'short')
  await expect((await source.open(object, { signal })).read(500, 600, { signal })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
})

test('a store that ignores If-Match is found out by the ETag of its answer', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  const fault = fixture.double.fault({ operation: 'GetObject', kind: 'wrongEtag', times: 2 })
  await expect(readAll(source, object)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  await expect((await source.open(object, { signal })).read(1, 2, { signal })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  expect(fault.hits).toBe(2)
})

test('a store that ignores the range is found out, and the body is not read', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.double.fault({ operation: 'GetObject', kind: 'ignoreRange', times: 3 })
  const reader = await source.open(object, { signal })
  const refused = { code: 'READ_RANGE_IGNORED', scope: 'file', retryable: false, location: { key, byteOffset: 100 } }
  await expect(reader.read(100, 200, { signal })).rejects.toMatchObject(refused)
  await expect(readAll(source, object, 100)).rejects.toMatchObject(refused)
  // The whole object in answer to a range that is the whole object is right.
  expect((await reader.read(0, data.length, { signal })).length).toBe(data.length)
})

test('another range than the one asked for, or more bytes, are refused', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const reader = await source.open(await only(source), { signal })
  const wrong = fixture.double.fault({ operation: 'GetObject', kind: 'wrongContentRange' })
  await expect(reader.read(100, 200, { signal })).rejects.toMatchObject({ code: 'READ_RANGE_IGNORED' })
  wrong.remove()
  fixture.double.fault({ operation: 'GetObject', kind: 'longRange', bytes: 50 })
  await expect(reader.read(100, 200, { signal })).rejects.toMatchObject({ code: 'READ_RANGE_IGNORED' })
})

test('fewer bytes than asked for are handed on: the engine counts them and resumes', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const reader = await source.open(await only(source), { signal })
  fixture.double.fault({ operation: 'GetObject', kind: 'shortRange', bytes: 30 })
  expect(Buffer.from(await reader.read(100, 200, { signal })).equals(data.subarray(100, 130))).toBe(true)
})

test.each([{ reset: true }, { reset: false }])(
  'a connection cut in mid-body ($reset) is a retryable READ_CUT_SHORT, after the bytes before',
  async ({ reset }) => {
    await using fixture = await withObject()
    const source = fixture.source()
    const object = await only(source)
    fixture.double.fault({ operation: 'GetObject', kind: 'cut', afterBytes: 300_000, reset })
    const reader = await source.open(object, { signal })
    let received = 0
    const reading = (async () => {
      for await (const piece of reader.stream?.(0, { signal }) ?? []) received += piece.length
    })()
    await expect(reading).rejects.toMatchObject({ code: 'READ_CUT_SHORT', scope: 'file', retryable: true, location: { key } })
    if (!reset) expect(received).toBeGreaterThan(0)
    expect((await readAll(source, object, received)).equals(data.subarray(received))).toBe(true)
  },
)

test('a reset before any answer is retryable', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.double.fault({ operation: 'GetObject', kind: 'resetBeforeResponse' })
  await expect(readAll(source, object)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', scope: 'job', retryable: true })
})

test('a stalled body ends with the reason of the signal, and leaves no connection behind', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = await only(source)
  fixture.double.fault({ operation: 'GetObject', kind: 'stall', afterBytes: 1_000, times: 2 })
  const reader = await source.open(object, { signal })
  for (const read of [
    (signal: AbortSignal) => reader.read(0, 5_000, { signal }),
    async (signal: AbortSignal) => {
      for await (const _ of reader.stream?.(0, { signal }) ?? []);
    },
  ]) {
    const control = new AbortController()
    const reading = read(control.signal)
    setTimeout(() => control.abort(new Error('idle for too long')), 50)
    await expect(reading).rejects.toThrow('idle for too long')
  }
})

test('leaving a stream early closes its connection', async () => {
  let closed = 0
  const server = createServer((_request, response) => {
    response.once('close', () => closed++)
    response.writeHead(200, { etag: '"abc"', 'content-length': '1000000000' })
    const fill = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      if (!response.destroyed) response.once('drain', fill)
    }
    fill()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await using fixture = await S3Fixture.start()
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const source = fixture.source({ endpoint })
  const reader = await source.open({ key, version: 'e:abc:1000000000', size: 1_000_000_000, lastModified: null }, { signal })
  for await (const _ of reader.stream?.(0, { signal }) ?? []) break
  for (let i = 0; i < 100 && closed === 0; i++) await delay(10)
  expect(closed).toBe(1)
  await new Promise((resolve) => server.close(resolve))
})

test('a version of another source is not read', async () => {
  await using fixture = await withObject()
  const source = fixture.source()
  const object = { ...(await only(source)), version: 'm:123:1000000' }
  await expect((await source.open(object, { signal })).read(0, 1, { signal })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
})

test('objects are read from the bucket of the source alone', async () => {
  await using fixture = await withObject()
  fixture.double.putObject(bucket, 'outside.csv', 'x')
  expect(await fixture.source().stat?.('outside.csv', { signal })).toBeUndefined()
  expect(fixture.double.requests).toEqual([])
})
