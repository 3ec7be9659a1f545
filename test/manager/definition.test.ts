import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ImportError } from '../../src/errors.js'
import { checkDefinition } from '../../src/manager/job-definition.js'
import { checkManagerOptions } from '../../src/manager/manager-options.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { clicks } from './world.js'

const problem = (value: unknown): string => {
  try {
    checkDefinition(value)
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError)
    expect((error as ImportError).code).toBe('CONFIG_INVALID')
    return (error as ImportError).message
  }
  return ''
}

describe('a definition', () => {
  test('is copied, and cannot be changed afterwards', () => {
    const given = structuredClone(clicks) as unknown as { source: { folder: string } }
    const checked = checkDefinition(given)
    given.source.folder = 'other'
    expect(checked).toEqual(clicks)
    expect(Object.isFrozen(checked.mapper.schema)).toBe(true)
  })

  test.each([
    [undefined, /not JSON/],
    ['text', /not an object/],
    [[], /`id` is missing|not an object/],
    [{ ...clicks, id: '' }, /`id` must be text of 1 to 200/],
    [{ ...clicks, id: 'x'.repeat(201) }, /`id` must be text/],
    [{ ...clicks, mapper: undefined }, /`mapper` is missing/],
    [{ ...clicks, sink: [] }, /`sink` must be an object/],
    [{ ...clicks, maper: {} }, /`maper` is not part of it; did you mean `mapper`/],
    [{ ...clicks, settings: { pollIntervalMs: 0 } }, /settings: `pollIntervalMs`/],
    [{ ...clicks, settings: { polIntervalMs: 10 } }, /settings: `polIntervalMs` is not an option; did you mean `pollIntervalMs`/],
    [{ ...clicks, settings: { budgets: { cellByte: 1 } } }, /did you mean `cellBytes`/],
    [{ ...clicks, sink: { big: 1n } }, /not JSON/],
    [{ ...clicks, sink: { text: 'x'.repeat(2 ** 20) } }, /longer than/],
    [{ ...clicks, sink: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) }, /nested deeper than 32/],
    [{ ...clicks, sink: JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`) }, /not JSON|longer|nested/],
    [{ ...clicks, sink: JSON.parse('{"__proto__":{"isAdmin":true}}') }, /__proto__/],
  ])('%# is refused in words', (value, words) => {
    expect(problem(value)).toMatch(words)
  })

  test('that refers to itself is refused', () => {
    const loop: Record<string, unknown> = { ...clicks }
    loop.sink = loop
    expect(problem(loop)).toMatch(/not JSON/)
  })

  test.each([
    [{ source: { endpoint: 'http://10.0.0.1' } }, /`source\.endpoint` is an endpoint/],
    [{ source: { role: { externalId: 'x' } } }, /`source\.role\.externalId` is an external id/],
    [{ source: { place: { stsEndpoint: 'x' } } }, /`source\.place\.stsEndpoint` is an endpoint/],
    [{ source: { credentials: {} } }, /`source\.credentials` is a secret/],
    [{ sink: { list: [{ secret_access_key: 'S3CR3T' }] } }, /`sink\.list\.0\.secret_access_key` is a secret/],
    [{ sink: { url: 'postgres://user:S3CR3T@db/x' } }, /`sink\.url` is a URL with a password/],
    [{ sink: { note: 'AKIAIOSFODNN7EXAMPLE' } }, /`sink\.note` is an access key/],
    [{ mapper: { ...clicks.mapper, comment: '-----BEGIN RSA PRIVATE KEY-----S3CR3T' } }, /`mapper\.comment` is a private key/],
  ])('with %j is refused, and what it holds is not repeated', (part, words) => {
    const message = problem({ ...clicks, ...part })
    expect(message).toMatch(words)
    expect(message).not.toMatch(/S3CR3T|10\.0\.0\.1|AKIA/)
  })

  test("takes a customer's columns by any name", () => {
    const mapper = { columns: { endpoint: 'string', token: 'int64', password: 'string' } }
    expect(checkDefinition({ ...clicks, mapper })).toMatchObject({ mapper })
    expect(problem({ ...clicks, source: { url: 's3://bucket/a/', ingestion_key: 'k', region: 'eu-west-1' } })).toBe('')
  })

  test('of any JSON is either checked or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (whole, part) => {
        problem(whole)
        problem({ ...clicks, settings: part })
        problem({ ...clicks, source: part })
        expect(Object.keys({})).toEqual([])
        expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
      }),
    )
  })
})

test('options of a manager are checked in one go', () => {
  const build = () => Promise.reject(new Error('unused'))
  expect(checkManagerOptions({ store: memoryStore(), build })).toMatchObject({ maxConcurrentFiles: 4, run: true })
  expect(() => checkManagerOptions({ build, maxConcurrentFile: 3, followIntervalMs: 0 } as never)).toThrow(
    /`store` is missing.*`followIntervalMs` must be.*`maxConcurrentFile` is not an option; did you mean `maxConcurrentFiles`/,
  )
})
