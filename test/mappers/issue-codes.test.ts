import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkOf, issueCodes, quoted } from '../../src/mappers/issue-codes.js'

describe('issue codes', () => {
  it('are those that docs/reference/issues.md lists, with their severities', () => {
    const page = readFileSync(new URL('../../docs/reference/issues.md', import.meta.url), 'utf8')
    const listed = Array.from(page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \|/gm), ([, code, severity]) => [code, severity])
    const known = Object.entries(issueCodes).map(([code, { severity }]) => [code, severity])
    expect(listed.sort()).toEqual(known.sort())
  })

  it('are kebab-case', () => {
    for (const code of Object.keys(issueCodes)) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  it('fill in own words only', () => {
    expect(checkOf('id-too-long', { limit: 128 }, { field: 'prediction_id' })).toEqual({
      code: 'id-too-long',
      severity: 'error',
      field: 'prediction_id',
      message: 'prediction_id is longer than 128 characters.',
      remedy: 'Shorten the ids, or raise maxIdLength (at most 512).',
    })
    expect(quoted('a'.repeat(200)).length).toBe(82)
    expect(quoted('a"\n')).toBe('"a\\"\\n"')
  })
})
