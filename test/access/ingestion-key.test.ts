import { expect, test } from 'vitest'
import { createExternalId, createIngestionKey, sameIngestionKey } from '../../src/access/ingestion-key.js'

test('keys and ids are long, unlike each other, and of characters that a tag and STS take', () => {
  for (const create of [createIngestionKey, createExternalId]) {
    const made = Array.from({ length: 100 }, create)
    expect(new Set(made).size).toBe(100)
    for (const text of made) expect(text).toMatch(/^[\w-]{36,256}$/)
  }
})

test('only the very same key is the same', () => {
  const key = createIngestionKey()
  expect(sameIngestionKey(key, key)).toBe(true)
  for (const other of ['', `${key} `, key.slice(1), key.toUpperCase(), `${key.slice(0, -1)}~`])
    expect(sameIngestionKey(key, other)).toBe(false)
})
