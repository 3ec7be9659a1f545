import { appendFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { compareKeys } from '../../src/model/compare-keys.js'
import { localSource } from '../../src/sources/local/local-source.js'
import { walkFolder } from '../../src/sources/local/walk-folder.js'
import type { SourceUnderTest } from '../../src/testing/source-contract.js'
import { type Clock, clockKey, systemClock } from '../../src/util/clock.js'
import { keepsSourceContract } from './contract.js'

const { signal } = new AbortController()
const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-local-'))
  folders.push(folder)
  return folder
}

async function write(folder: string, key: string, bytes: Uint8Array | string): Promise<void> {
  const path = join(folder, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

async function listAll(source: ReturnType<typeof localSource>, options: { after?: string; under?: string } = {}) {
  const found = []
  for await (const page of source.list({ ...options, signal })) found.push(...page)
  return found
}

async function make(): Promise<SourceUnderTest> {
  const folder = await newFolder()
  let second = Math.floor(Date.now() / 1_000) - 100_000
  return {
    source: localSource({ folder, settleMs: 0 }),
    prefix: '',
    async put(key, bytes) {
      await write(folder, key, bytes)
      // File systems keep times to some milliseconds: two writes of a test may fall into one.
      await utimes(join(folder, key), ++second, second)
    },
    remove: (key) => rm(join(folder, key)),
  }
}

describe('localSource keeps the source contract', () => keepsSourceContract(make, { check: false, ownership: false }))

test('a file is listed only once it was left alone for settleMs', async () => {
  const folder = await newFolder()
  await write(folder, 'a.csv', 'id\n1\n')
  let ahead = 0
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) }
  const source = localSource({ folder, [clockKey]: clock } as Parameters<typeof localSource>[0])
  expect(await listAll(source)).toEqual([])
  expect(await source.stat?.('a.csv', { signal })).toBeUndefined()
  ahead = 2_500
  expect(await listAll(source)).toMatchObject([{ key: 'a.csv', size: 5 }])
  // An old modification time, as `cp -p` sets it, does not make a half-copied file settled.
  await writeFile(join(folder, 'b.csv'), 'id')
  await utimes(join(folder, 'b.csv'), 1_000_000, 1_000_000)
  ahead = 0
  expect(await listAll(source)).toEqual([])
})

test('links out of the folder are neither listed nor read', async () => {
  const folder = await newFolder()
  const outside = await newFolder()
  await write(outside, 'secret.csv', 'secret')
  await write(folder, 'real.csv', 'fine')
  await symlink(join(outside, 'secret.csv'), join(folder, 'link.csv'))
  await symlink(outside, join(folder, 'sub'))
  const source = localSource({ folder, settleMs: 0 })
  expect((await listAll(source)).map(({ key }) => key)).toEqual(['real.csv'])
  for (const key of [
    'link.csv',
    'sub/secret.csv',
    `../${outside.split('/').at(-1)}/secret.csv`,
    join(outside, 'secret.csv'),
    'real.csv/',
    '.',
  ]) {
    const object = { key, version: 'm:1:6', size: 6, lastModified: null }
    await expect(source.open(object, { signal }), key).rejects.toMatchObject({ code: 'OBJECT_VANISHED', location: { key } })
    expect(await source.stat?.(key, { signal }), key).toBeUndefined()
  }
})

test('the folder itself may be a link', async () => {
  const folder = await newFolder()
  await write(folder, 'real/a.csv', 'fine')
  await symlink(join(folder, 'real'), join(folder, 'door'))
  const source = localSource({ folder: join(folder, 'door'), settleMs: 0 })
  const [object] = await listAll(source)
  const reader = object && (await source.open(object, { signal }))
  expect(Buffer.from((await reader?.read(0, 4, { signal })) ?? []).toString()).toBe('fine')
  await reader?.close?.()
})

test('a file that is written to while it is read is OBJECT_CHANGED', async () => {
  const folder = await newFolder()
  await write(folder, 'a.csv', 'x'.repeat(300_000))
  const source = localSource({ folder, settleMs: 0 })
  const [object] = await listAll(source)
  if (object === undefined) throw new Error('not listed')
  const reader = await source.open(object, { signal })
  const reading = (async () => {
    for await (const _ of reader.stream?.(0, { signal }) ?? []) await appendFile(join(folder, 'a.csv'), 'more')
  })()
  await expect(reading).rejects.toMatchObject({ code: 'OBJECT_CHANGED', scope: 'file' })
  await expect(reader.read(0, 10, { signal })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  await reader.close?.()
})

test('a missing folder and wrong options have their own errors', async () => {
  const folder = await newFolder()
  await expect(listAll(localSource({ folder: join(folder, 'none') }))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', scope: 'job' })
  await write(folder, 'file', 'x')
  await expect(listAll(localSource({ folder: join(folder, 'file') }))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  const wrong = (options: object) => () => localSource(options as { folder: string })
  expect(wrong({})).toThrow(/`folder` is missing/)
  expect(wrong({ folder, settleMs: -1 })).toThrow(/settleMs/)
  expect(wrong({ folder, setleMs: 1 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', remedy: 'Did you mean "settleMs"?' }))
})

test('the place is the URL of the folder', async () => {
  const folder = await newFolder()
  expect(localSource({ folder }).place).toBe(`${pathToFileURL(folder).href}/`)
})

test('walks any tree in key order, however few names are held at a time', async () => {
  const part = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'a0', 'A', 'é', '\uff5e', '😀', 'a!')
  const paths = fc.uniqueArray(
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
    { maxLength: 25 },
  )
  await fc.assert(
    fc.asyncProperty(paths, fc.integer({ min: 1, max: 4 }), fc.nat(), async (wanted, namesAtATime, pick) => {
      const folder = await newFolder()
      // A name is a file or a folder, not both.
      const files = wanted.filter((path) => !wanted.some((other) => other.startsWith(`${path}/`)))
      for (const file of files) await write(folder, file, '')
      const all = [...files].sort(compareKeys)
      const after = pick % 3 === 0 ? undefined : (all[pick % (all.length || 1)] ?? 'a')
      const found: string[] = []
      for await (const key of walkFolder(folder, { after, under: '', namesAtATime, signal })) found.push(key)
      expect(found).toEqual(all.filter((key) => after === undefined || compareKeys(key, after) > 0))
    }),
    { numRuns: 60 },
  )
})
