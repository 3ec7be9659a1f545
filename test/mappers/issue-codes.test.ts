import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cellCheck, raggedCheck } from '../../src/decoders/csv/csv-checks.js'
import { checkOf, issueCodes, quoted } from '../../src/mappers/issue-codes.js'
import { rowIssues } from '../../src/mappers/row-issues.js'

describe('issue codes', () => {
  it('are those that docs/reference/issues.md lists, with their severities', () => {
    const page = readFileSync(new URL('../../docs/reference/issues.md', import.meta.url), 'utf8')
    const listed = Array.from(page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \|/gm), ([, code, severity]) => [code, severity])
    const decoders = [raggedCheck(1), cellCheck('x')].map(({ code, severity }) => [code, severity])
    const known = [...Object.entries(issueCodes).map(([code, { severity }]) => [code, severity]), ...decoders]
    expect(listed.sort()).toEqual(known.sort())
  })

  it('of decoders are all made in one place', () => {
    const folder = new URL('../../src/decoders/', import.meta.url)
    const made = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && /severity: '/.test(readFileSync(new URL(name, folder), 'utf8')),
    )
    expect(made).toEqual(['csv/csv-checks.ts'])
  })

  it('of rows say what they expect', () => {
    for (const { expected } of Object.values(rowIssues)) expect(expected).toMatch(/\S/)
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
      expected: '1 to 128 characters',
    })
    expect(quoted('a'.repeat(200)).length).toBe(82)
    expect(quoted('a"\n')).toBe('"a\\"\\n"')
  })
})
