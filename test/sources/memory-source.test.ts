import { describe, expect, test } from 'vitest'
import { bytesReader } from '../../src/sources/memory/bytes-reader.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import type { SourceUnderTest } from '../../src/testing/source-contract.js'
import { keepsSourceContract } from './contract.js'

const { signal } = new AbortController()

async function make(): Promise<SourceUnderTest> {
  const source = memorySource({})
  return { source, prefix: '', put: async (key, bytes) => source.put(key, bytes), remove: async (key) => source.delete(key) }
}

describe('memorySource keeps the source contract', () => keepsSourceContract(make, { check: false, ownership: false }))

test('text is stored as UTF-8, equal content is the same version', async () => {
  const source = memorySource({ 'ü.csv': 'é', 'b.csv': new Uint8Array([0xc3, 0xa9]) })
  const [a, b] = await Promise.all([source.stat?.('ü.csv', { signal }), source.stat?.('b.csv', { signal })])
  expect(a).toMatchObject({ size: 2, lastModified: null })
  expect(a?.version).toBe(b?.version)
  expect(source.requestCounts?.()).toEqual({ list: 0, head: 2, get: 0 })
})

test('an opened object is a snapshot, and the source keeps no reference to what it was given', async () => {
  const bytes = new Uint8Array([1, 2, 3])
  const source = memorySource({ a: bytes })
  bytes.fill(9)
  const object = await source.stat?.('a', { signal })
  const reader = object && (await source.open(object, { signal }))
  source.put('a', 'other')
  expect(await reader?.read(0, 3, { signal })).toEqual(new Uint8Array([1, 2, 3]))
})

test('a reader over a slice of a shared Buffer hands out memory of its own', async () => {
  const shared = Buffer.from('0123456789')
  const reader = bytesReader(shared.subarray(2, 6))
  const read = await reader.read(1, 99, { signal })
  expect([read.buffer.byteLength, Buffer.from(read).toString()]).toEqual([3, '345'])
  read.fill(0)
  expect(shared.toString()).toBe('0123456789')
})
