import assert from 'node:assert/strict'
import type { ObjectSource } from '../contracts/object-source.js'
import { ImportError } from '../errors.js'
import { compareKeys } from '../model/compare-keys.js'
import type { ErrorCode } from '../model/error-code.js'
import type { ObjectInfo } from '../model/object-info.js'

/** What a maker hands to each case: a source over an empty place, and a way to change what is there. */
export interface SourceUnderTest {
  readonly source: ObjectSource
  /** All keys of the case start with it, as the source's own do: the prefix of the place. */
  readonly prefix: string
  /** Stores or replaces an object, so that the next listing shows it. A replaced one has another version, also at equal size. */
  put(key: string, bytes: Uint8Array): Promise<void>
  remove(key: string): Promise<void>
  /** Called when the case has ended; closes the source too. */
  close?(): Promise<void>
}

/** One requirement of the contract. `run` rejects with the reason when the source does not meet it. */
export interface SourceCase {
  readonly name: string
  /** What the source must declare or have for the case to apply. */
  readonly needs: 'any' | 'listsInKeyOrder' | 'stat' | 'stream' | 'check' | 'checkOwnership'
  run(make: () => Promise<SourceUnderTest>): Promise<void>
}

const { signal } = new AbortController()
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
/** 100,000 bytes without a short period, so that a shifted range shows. */
const long = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i + (i >>> 8)) & 0xff)

type Body = (part: SourceUnderTest) => Promise<void>
const sourceCase = (needs: SourceCase['needs'], name: string, body: Body): SourceCase => ({
  name,
  needs,
  async run(make) {
    const part = await make()
    try {
      await body(part)
    } finally {
      await part.close?.()
    }
  },
})

async function listAll(source: ObjectSource, options: { after?: string; under?: string } = {}): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = []
  for await (const page of source.list({ ...options, signal })) found.push(...page)
  return found
}

async function only(source: ObjectSource): Promise<ObjectInfo> {
  const [object, ...more] = await listAll(source)
  assert.ok(object !== undefined && more.length === 0, 'the listing must hold the one object that was put')
  return object
}

const keysOf = (objects: readonly ObjectInfo[]): string[] => objects.map(({ key }) => key)
const sorted = (keys: readonly string[]): string[] => [...keys].sort(compareKeys)

async function streamed(source: ObjectSource, object: ObjectInfo, start: number): Promise<Uint8Array> {
  const reader = await source.open(object, { signal })
  try {
    const pieces: Uint8Array[] = []
    assert.ok(reader.stream !== undefined)
    for await (const piece of reader.stream(start, { signal })) pieces.push(piece)
    return new Uint8Array(Buffer.concat(pieces))
  } finally {
    await reader.close?.()
  }
}

/** Opening may defer its refusal to the first read. */
async function assertRefused(source: ObjectSource, object: ObjectInfo, code: ErrorCode): Promise<void> {
  const attempt = async (): Promise<void> => {
    const reader = await source.open(object, { signal })
    try {
      await reader.read(0, object.size, { signal })
    } finally {
      await reader.close?.()
    }
  }
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof ImportError, 'threw something that is no ImportError')
    assert.equal(error.code, code, error.message)
    assert.equal(error.scope, 'file')
    assert.equal(error.retryable, false)
    assert.equal(error.location.key, object.key)
    return true
  })
}

async function assertAborts(attempt: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const reason = new Error('stopped by the kit')
  await assert.rejects(attempt(AbortSignal.abort(reason)), (error) => error === reason, 'must reject with the reason of the signal')
}

/**
 * What every {@link ObjectSource} owes. Run each case whose `needs` the source declares or has, with a maker that gives a
 * fresh, empty place each time.
 */
export const sourceContract: readonly SourceCase[] = [
  sourceCase('any', 'the place is a URL without secrets', async ({ source }) => {
    const { username, password, search, hash } = new URL(source.place)
    assert.deepEqual({ username, password, search, hash }, { username: '', password: '', search: '', hash: '' })
    assert.ok(source.identity === 'etag' || source.identity === 'mtime')
  }),

  sourceCase('any', 'an empty place lists nothing, and does not fail', async ({ source }) => {
    assert.deepEqual(await listAll(source), [])
  }),

  sourceCase('any', 'lists what is there, in all folders, with sizes and versions', async ({ source, prefix, put }) => {
    const contents = { 'top.csv': 'a', 'a/one.csv': 'bb', 'a/b/two.csv': 'ccc', 'c/three.csv': 'dddd' }
    for (const [name, text] of Object.entries(contents)) await put(prefix + name, bytesOf(text))
    const found = await listAll(source)
    assert.deepEqual(sorted(keysOf(found)), sorted(Object.keys(contents).map((name) => prefix + name)))
    for (const { key, version, size, lastModified } of found) {
      assert.equal(size, contents[key.slice(prefix.length) as keyof typeof contents].length)
      assert.ok(version.startsWith(source.identity === 'etag' ? 'e:' : 'm:') && version.endsWith(`:${size}`), version)
      assert.ok(lastModified === null || Math.abs(lastModified.getTime() - Date.now()) < 30 * 86_400_000)
    }
  }),

  sourceCase('any', 'keys come as stored, and lead to their object', async ({ source, prefix, put }) => {
    const names = ['a b', 'a+b', 'a%20b', 'ü', 'u\u0308', '😀', "&<>'", 'a=b,c;d', '100%', '\uff5e', '\ufffd', '..a', 'a..', '-', '@$!()']
    const keys = names.map((name) => `${prefix}${name}/${name}.csv`)
    for (const key of keys) await put(key, bytesOf(key))
    const found = await listAll(source)
    assert.deepEqual(sorted(keysOf(found)), sorted(keys))
    for (const object of found) {
      const reader = await source.open(object, { signal })
      assert.equal(Buffer.from(await reader.read(0, object.size, { signal })).toString(), object.key)
      await reader.close?.()
    }
  }),

  sourceCase('any', 'a version stays while the bytes do, and changes with them', async ({ source, prefix, put }) => {
    await put(`${prefix}a.csv`, bytesOf('one'))
    const first = await only(source)
    assert.equal((await only(source)).version, first.version)
    await put(`${prefix}a.csv`, bytesOf('two'))
    assert.notEqual((await only(source)).version, first.version)
  }),

  sourceCase('any', 'a page holds at most 1,000 objects, and all pages hold each object once', async ({ source, prefix, put }) => {
    const keys = Array.from({ length: 1_003 }, (_, i) => `${prefix}${i % 7}/${i}.csv`)
    for (let at = 0; at < keys.length; at += 16) await Promise.all(keys.slice(at, at + 16).map((key) => put(key, bytesOf(key))))
    const before = source.requestCounts?.().list
    const pages: (readonly ObjectInfo[])[] = []
    for await (const page of source.list({ signal })) pages.push(page)
    for (const page of pages) assert.ok(page.length <= 1_000)
    assert.deepEqual(sorted(pages.flatMap(keysOf)), sorted(keys))
    if (before !== undefined) assert.equal(source.requestCounts?.().list, before + pages.length, 'one element per request')
  }),

  sourceCase('any', '`under` narrows the listing to keys that start with it', async ({ source, prefix, put }) => {
    for (const name of ['a/1', 'a/2', 'ab/3', 'b/4']) await put(prefix + name, bytesOf(name))
    assert.deepEqual(sorted(keysOf(await listAll(source, { under: `${prefix}a/` }))), [`${prefix}a/1`, `${prefix}a/2`])
    assert.deepEqual(sorted(keysOf(await listAll(source, { under: `${prefix}a` }))), [`${prefix}a/1`, `${prefix}a/2`, `${prefix}ab/3`])
    assert.deepEqual(await listAll(source, { under: `${prefix}zzz` }), [])
  }),

  sourceCase(
    'listsInKeyOrder',
    'keys come in the order of their UTF-8 bytes, and `after` continues there',
    async ({ source, prefix, put }) => {
      const names = ['a/b/1', 'a/b.csv', 'a/b0', 'a.csv', 'a0', 'A', 'a/', 'b', '\uff5e', '\u{1f600}', 'é', 'z'].map((n) =>
        n === 'a/' ? 'a/-' : n,
      )
      const keys = sorted(names.map((name) => prefix + name))
      for (const key of keys) await put(key, bytesOf(key))
      assert.deepEqual(keysOf(await listAll(source)), keys)
      for (const [i, after] of keys.entries()) assert.deepEqual(keysOf(await listAll(source, { after })), keys.slice(i + 1))
      const between = `${prefix}a/b!`
      const later = keys.filter((key) => compareKeys(key, between) > 0)
      assert.deepEqual(keysOf(await listAll(source, { after: between })), later)
      const under = later.filter((key) => key.startsWith(`${prefix}a/`))
      assert.deepEqual(keysOf(await listAll(source, { after: between, under: `${prefix}a/` })), under)
    },
  ),

  sourceCase('any', 'a listing can be left early, and two can run at once', async ({ source, prefix, put }) => {
    await put(`${prefix}a.csv`, bytesOf('a'))
    for await (const _ of source.list({ signal })) break
    const [one, two] = await Promise.all([listAll(source), listAll(source)])
    assert.deepEqual(one, two)
    assert.equal(one.length, 1)
  }),

  sourceCase('any', 'ranges hold exactly the bytes asked for, also several at once', async ({ source, prefix, put }) => {
    await put(`${prefix}long.bin`, long)
    const reader = await source.open(await only(source), { signal })
    assert.equal(reader.size, long.length)
    const ranges: [number, number][] = [
      [0, long.length],
      [0, 1],
      [777, 70_001],
      [long.length - 1, long.length],
      [50_000, 50_000],
    ]
    const read = await Promise.all(ranges.map(([start, end]) => reader.read(start, end, { signal })))
    for (const [i, [start, end]] of ranges.entries()) assert.deepEqual(new Uint8Array(read[i] ?? []), long.slice(start, end))
    await reader.close?.()
  }),

  sourceCase('any', 'bytes that were read belong to the caller', async ({ source, prefix, put }) => {
    await put(`${prefix}long.bin`, long)
    const reader = await source.open(await only(source), { signal })
    ;(await reader.read(0, 1_000, { signal })).fill(0)
    assert.deepEqual(new Uint8Array(await reader.read(0, 1_000, { signal })), long.slice(0, 1_000))
    await reader.close?.()
  }),

  sourceCase('stream', 'a stream holds the bytes from its start to the end', async ({ source, prefix, put }) => {
    await put(`${prefix}long.bin`, long)
    const object = await only(source)
    for (const start of [0, 1, 65_537, long.length - 1, long.length])
      assert.deepEqual(await streamed(source, object, start), long.slice(start))
  }),

  sourceCase('stream', 'a stream can be left early', async ({ source, prefix, put }) => {
    await put(`${prefix}long.bin`, long)
    const reader = await source.open(await only(source), { signal })
    assert.ok(reader.stream !== undefined)
    for await (const piece of reader.stream(0, { signal })) {
      assert.ok(piece.length > 0)
      break
    }
    assert.deepEqual(new Uint8Array(await reader.read(5, 10, { signal })), long.slice(5, 10))
    await reader.close?.()
  }),

  sourceCase('any', 'an empty object has no bytes', async ({ source, prefix, put }) => {
    await put(`${prefix}empty.csv`, new Uint8Array(0))
    const object = await only(source)
    assert.equal(object.size, 0)
    const reader = await source.open(object, { signal })
    assert.equal((await reader.read(0, 0, { signal })).length, 0)
    await reader.close?.()
  }),

  sourceCase('any', 'an object that was replaced is OBJECT_CHANGED, also at equal size', async ({ source, prefix, put }) => {
    await put(`${prefix}a.csv`, bytesOf('one'))
    const object = await only(source)
    await put(`${prefix}a.csv`, bytesOf('two'))
    await assertRefused(source, object, 'OBJECT_CHANGED')
  }),

  sourceCase('any', 'an object that was deleted is OBJECT_VANISHED', async ({ source, prefix, put, remove }) => {
    await put(`${prefix}a.csv`, bytesOf('one'))
    const object = await only(source)
    await remove(`${prefix}a.csv`)
    await assertRefused(source, object, 'OBJECT_VANISHED')
    assert.deepEqual(await listAll(source), [])
  }),

  sourceCase('any', 'an aborted signal ends each call with its reason', async ({ source, prefix, put }) => {
    await put(`${prefix}a.csv`, bytesOf('one'))
    const object = await only(source)
    await assertAborts(async (aborted) => {
      for await (const _ of source.list({ signal: aborted }));
    })
    await assertAborts(async (aborted) => {
      const reader = await source.open(object, { signal: aborted })
      await reader.read(0, 3, { signal: aborted })
    })
    if (source.stat !== undefined) await assertAborts(async (aborted) => source.stat?.(object.key, { signal: aborted }))
  }),

  sourceCase('stat', '`stat` agrees with the listing', async ({ source, prefix, put }) => {
    await put(`${prefix}a b/ü+%.csv`, bytesOf('one'))
    const { lastModified, ...object } = await only(source)
    const { lastModified: again, ...found } = (await source.stat?.(object.key, { signal })) ?? assert.fail('stat found nothing')
    assert.deepEqual(found, object)
    assert.ok(lastModified === null || again === null || Math.abs(lastModified.getTime() - again.getTime()) < 1_000)
    assert.equal(await source.stat?.(`${prefix}missing.csv`, { signal }), undefined)
  }),

  sourceCase('stat', '`stat` never leads out of the place', async ({ source, prefix }) => {
    for (const key of [`${prefix}../other.csv`, '../../etc/passwd', '/etc/passwd', `${prefix}./a.csv`, '']) {
      assert.equal(await source.stat?.(key, { signal }), undefined, key)
    }
  }),

  sourceCase('check', '`check` finds that all is allowed', async ({ source, prefix, put }) => {
    await put(`${prefix}a.csv`, bytesOf('one'))
    const findings = (await source.check?.({ signal })) ?? []
    assert.ok(findings.length > 0)
    for (const { ok, permission, message } of findings) assert.ok(ok, `${permission}: ${message}`)
  }),

  sourceCase('checkOwnership', '`checkOwnership` resolves where the place is owned', async ({ source }) => {
    await source.checkOwnership?.({ signal })
  }),
]
