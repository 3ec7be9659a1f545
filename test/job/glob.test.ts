import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from '../../src/job/glob.js'

const matching = (pattern: string, names: readonly string[]): string[] => names.filter((name) => compileGlob(pattern).matches(name))

describe('globs', () => {
  test.each([
    ['*.csv', ['a.csv', 'x/a.csv', 'x/y/.csv', 'a.csv.gz', 'csv'], ['a.csv', 'x/a.csv', 'x/y/.csv']],
    ['/*.csv', ['a.csv', 'x/a.csv'], ['a.csv']],
    ['2024/*.csv', ['2024/a.csv', '2024/x/a.csv', 'x/2024/a.csv'], ['2024/a.csv']],
    ['2024/', ['2024/a.csv', '2024/x/a.csv', '2024.csv', '20245/a.csv'], ['2024/a.csv', '2024/x/a.csv']],
    ['2024/**', ['2024/a', '2024/x/a', '2024'], ['2024/a', '2024/x/a']],
    [
      '**/actuals/*.csv',
      ['actuals/a.csv', 'x/actuals/a.csv', 'x/y/actuals/a.csv', 'xactuals/a.csv'],
      ['actuals/a.csv', 'x/actuals/a.csv', 'x/y/actuals/a.csv'],
    ],
    ['dt=**/part-?.csv', ['dt=1/part-0.csv', 'dt=1/h=2/part-0.csv', 'dt=1/part-10.csv'], ['dt=1/part-0.csv', 'dt=1/h=2/part-0.csv']],
    ['{a,b/c}/*.csv', ['a/x.csv', 'b/c/x.csv', 'b/x.csv'], ['a/x.csv', 'b/c/x.csv']],
    ['x{,y{1,2}}z', ['xz', 'xy1z', 'xy2z', 'xyz'], ['xz', 'xy1z', 'xy2z']],
    ['[0-9][!0-9]', ['1a', '11', 'a1', '1/'], ['1a']],
    ['[]x-]', [']', 'x', '-', 'y'], [']', 'x', '-']],
    ['a\\*b', ['a*b', 'axb'], ['a*b']],
    ['a?b', ['a😀b', 'a/b', 'ab'], ['a😀b']],
    ['?.csv', ['é.csv', 'ab.csv'], ['é.csv']],
  ])('%s', (pattern, names, expected) => {
    expect(matching(pattern, names)).toEqual(expected)
  })

  test.each([
    ['*.csv', ''],
    ['/11-*.csv', '11-'],
    ['2024/01/*.csv', '2024/01/'],
    ['2024/', '2024/'],
    ['a\\*b/*', 'a*b/'],
    ['dt={1,2}/*', 'dt='],
    ['exact/key.csv', 'exact/key.csv'],
  ])('%s starts with "%s"', (pattern, head) => {
    expect(compileGlob(pattern).head).toBe(head)
  })

  test.each([
    ['', /is empty/],
    ['a{b', /"\{" without its "\}"/],
    ['a[b', /"\[" without its "\]"/],
    ['a\\', /ends with a/],
    ['[z-a]', /runs backwards/],
    ['//a', /names no step/],
    ['x'.repeat(513), /longer than 512/],
    ['{'.repeat(9) + '}'.repeat(9), /more than 8 deep/],
  ])('%s is refused', (pattern, message) => {
    expect(() => compileGlob(pattern)).toThrow(message)
  })

  const step = fc.stringMatching(/^[a-c.=-]{1,4}$/)
  const name = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'))

  test('a name, escaped, matches itself and nothing else', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.startsWith('/') && !text.endsWith('/')),
        name,
        (text, other) => {
          const pattern = `/${[...text].map((character) => `\\${character}`).join('')}`
          const glob = compileGlob(pattern)
          expect(glob.matches(text)).toBe(true)
          expect(glob.matches(other)).toBe(other === text)
          expect(glob.head).toBe(text)
        },
      ),
    )
  })

  /** The same meaning by another way: an expression, which may take exponential time where a glob does not. */
  const asExpression = (pattern: string): RegExp => {
    const body = pattern
      .replace(/[.=-]/g, '\\$&')
      .replace(/\*\*\//g, '\u0001')
      .replace(/\*\*/g, '\u0002')
      .replace(/\*/g, '[^/]*')
      .replace(/\?/g, '[^/]')
      .replaceAll('\u0001', '(?:.*/)?')
      .replaceAll('\u0002', '.*')
      .replace(/\{(\w),(\w)\}/g, '(?:$1|$2)')
    return new RegExp(`^${body}$`, 's')
  }

  test('stars and choices mean what the same expression means, and every match starts with the head', () => {
    const piece = fc.oneof(step, fc.constantFrom('*', '?', '{a,b}', '*a*'))
    const patternStep = fc.oneof(
      fc.constant('**'),
      fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('').replace(/\*+/g, '*')),
    )
    const pattern = fc.array(patternStep, { minLength: 2, maxLength: 4 }).map((steps) => steps.join('/'))
    fc.assert(
      fc.property(pattern, fc.array(name, { minLength: 20, maxLength: 40 }), (text, names) => {
        const glob = compileGlob(text)
        const expression = asExpression(text)
        for (const one of names) {
          expect(glob.matches(one), `${text} ~ ${one}`).toBe(expression.test(one))
          if (glob.matches(one)) expect(one.startsWith(glob.head)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['*a'.repeat(200), 'a'.repeat(1_024)],
    ['**/'.repeat(150), '/'.repeat(1_024)],
    [`${'{a*,*a}'.repeat(60)}b`, 'a'.repeat(1_024)],
    [`/${'**a'.repeat(150)}`, 'a/'.repeat(512)],
  ])('hostile names take no longer than their length allows (%#)', (pattern, text) => {
    const glob = compileGlob(pattern)
    const started = performance.now()
    glob.matches(text)
    glob.matches(`${text}!`)
    // Backtracking would take longer than the universe has lasted.
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
