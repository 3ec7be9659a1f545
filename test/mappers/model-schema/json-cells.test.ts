import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  classScoresShape,
  type JsonShape,
  numberListsShape,
  numbersShape,
  textsShape,
} from '../../../src/mappers/model-schema/json/json-shapes.js'
import { jsonReader } from '../../../src/mappers/model-schema/json/read-json.js'
import type { TextColumn } from '../../../src/mappers/to-text.js'
import { toValues } from '../../../src/model/cell.js'
import { checkColumn } from '../../../src/model/check-column.js'
import { columnOf } from '../../../src/model/column-of.js'

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value)
    ? Array.from(value as unknown as ArrayLike<unknown>)
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? { ...value }
        : value
const coded = (texts: readonly (string | null)[]): TextColumn => {
  const distinct = [...new Set(texts.filter((text) => text !== null))]
  const { validity } = columnOf({ kind: 'utf8' }, texts) as TextColumn
  const indices = Int32Array.from(texts, (text) => (text === null ? 0 : distinct.indexOf(text)))
  return {
    kind: 'dictionary',
    length: texts.length,
    validity,
    indices,
    dictionary: { id: 1, values: columnOf({ kind: 'utf8' }, distinct) },
  }
}
/** Cells as values, `'bad'` where the reader says so; read as text and from a dictionary, which must agree. */
const read = (shape: JsonShape, texts: readonly (string | null)[]): unknown[] => {
  const [first, second] = [columnOf({ kind: 'utf8' }, texts) as TextColumn, coded(texts)].map((column) => {
    const bad = new Set<number>()
    const lists = jsonReader(shape)(column, (i) => bad.add(i))
    expect(checkColumn(lists)).toBeNull()
    return toValues(lists).map((value, i) => (bad.has(i) ? 'bad' : plain(value)))
  })
  expect(second).toEqual(first)
  return first ?? []
}

describe('lists of numbers', () => {
  it('are read as JSON.parse reads them', () => {
    const numbers = fc.array(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.float({ noNaN: true, noDefaultInfinity: true })),
    )
    const space = fc.constantFrom('', ' ', '\n\t')
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, space), { maxLength: 20 }), (cells) => {
        const texts = cells.map(
          ([list, gap]) =>
            `${gap}[${gap}${list.map((n) => (Object.is(n, -0) ? '-0' : JSON.stringify(n))).join(`${gap},${gap}`)}${gap}]${gap}`,
        )
        expect(read(numbersShape, texts)).toEqual(texts.map((text) => JSON.parse(text)))
      }),
    )
  })

  it('take every form of a number, to the last bit', () => {
    const forms = [
      '0',
      '-0',
      '-0.0',
      '1e5',
      '1E+5',
      '12e-3',
      '0.1',
      '123456789012345678901234567890',
      '9007199254740993',
      '1.7976931348623157e308',
      '5e-324',
      '2.2250738585072011e-308',
      '0.30000000000000004',
      '1e400',
      '-1e400',
      '0e999999999999',
      '100000000000000000000000e-22',
    ]
    expect(read(numbersShape, [`[${forms.join()}]`])).toEqual([forms.map(Number)])
  })

  it('refuse what JSON refuses, and what is no list of numbers', () => {
    for (const text of [
      '',
      ' ',
      '[',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[01]',
      '[1.]',
      '[.5]',
      '[+1]',
      '[1e]',
      '[-]',
      '[NaN]',
      '[Infinity]',
      '[null]',
      '["1"]',
      '[[1]]',
      '{}',
      '1',
      '[1]x',
      '[1]]',
      "['a']",
      '[--1]',
      '[1e+]',
    ])
      expect([text, read(numbersShape, [text, '[2]', null, text])]).toEqual([text, ['bad', [2], null, 'bad']])
  })

  it('do not read past their cell', () => {
    const { data, offsets } = columnOf({ kind: 'utf8' }, ['[1', '2]']) as { data: Uint8Array; offsets: Int32Array }
    const column: TextColumn = { kind: 'utf8', length: 2, validity: null, data, offsets }
    const bad: number[] = []
    jsonReader(numbersShape)(column, (i) => bad.push(i))
    expect(bad).toEqual([0, 1])
  })
})

describe('other shapes', () => {
  it('lists of lists, texts and classes are read as JSON.parse reads them', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string())
    const lists = fc.array(fc.array(fc.integer(), { maxLength: 5 }), { maxLength: 5 })
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            lists,
            fc.array(text, { maxLength: 5 }),
            fc.array(fc.record({ class_name: text, score: fc.integer() }), { maxLength: 5 }),
          ),
        ),
        (cells) => {
          const clean = <T>(values: T[]): unknown => JSON.parse(JSON.stringify(values).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd'))
          expect(
            read(
              numberListsShape,
              cells.map(([value]) => JSON.stringify(value)),
            ),
          ).toEqual(cells.map(([value]) => value))
          expect(
            read(
              textsShape,
              cells.map(([, value]) => JSON.stringify(value)),
            ),
          ).toEqual(cells.map(([, value]) => clean(value)))
          expect(
            read(
              classScoresShape,
              cells.map(([, , value]) => JSON.stringify(value)),
            ),
          ).toEqual(cells.map(([, , value]) => clean(value)))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('classes are pairs in any order, or a map', () => {
    expect(
      read(classScoresShape, [
        '[{"score":1,"class_name":"a\\"\\u00e4"}, {"class_name":"b","score":0}]',
        '{"a":1,"__proto__":0.5}',
        '{}',
        '[]',
      ]),
    ).toEqual([
      [
        { class_name: 'a"ä', score: 1 },
        { class_name: 'b', score: 0 },
      ],
      [
        { class_name: 'a', score: 1 },
        { class_name: '__proto__', score: 0.5 },
      ],
      [],
      [],
    ])
    for (const text of [
      '[{"class_name":"a"}]',
      '[{"class_name":"a","class_name":"b"}]',
      '[{"score":1,"score":1}]',
      '[{"class_name":"a","score":"1"}]',
      '[{"class_name":1,"score":1}]',
      '[{"class_name":"a","score":1,"x":1}]',
      '{"a"}',
      '{"a":}',
      '{a:1}',
      '["a"]',
      '[{"class_name":"a\n","score":1}]',
      '[{"class_name":"\\x","score":1}]',
      '[{"class_name":"a',
      '{"a":null}',
    ])
      expect([text, read(classScoresShape, [text, '{"ok":1}'])]).toEqual([text, ['bad', [{ class_name: 'ok', score: 1 }]]])
  })

  it('text that only nests costs no more than its bytes', () => {
    expect(read(numberListsShape, ['['.repeat(1_000_000)])).toEqual(['bad'])
    expect(read(classScoresShape, [`[${'{"class_name":['.repeat(10_000)}`])).toEqual(['bad'])
  })
})
