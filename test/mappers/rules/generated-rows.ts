import fc from 'fast-check'
import { asOf } from '../map-table.js'
import { type BaseName, type Row, scores } from './bases.js'

/** Text that every format can hold. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ''))
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 4 })
const id = fc.oneof(
  fc.constantFrom('007', '1e3', 'true', 'NaN', ' ', ','),
  text.filter((value) => value !== ''),
)
/** CSV has no zero below zero. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const single = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0)
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const time = fc.integer({ min: -4 * 365 * 86_400, max: 0 }).map((seconds) => new Date(asOf.getTime() + seconds * 1000 + (seconds % 1000)))
const words = fc.array(text, { maxLength: 3 })
const classNames = fc.uniqueArray(
  text.filter((value) => value !== ''),
  { minLength: 1, maxLength: 4 },
)
const classes = (score: fc.Arbitrary<number>): fc.Arbitrary<unknown> =>
  classNames.chain((names) =>
    fc.tuple(...names.map(() => score)).map((values) => names.map((class_name, i) => ({ class_name, score: values[i] }))),
  )
const box = fc
  .tuple(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }))
  .map(([left, top, width, height]) => [left, top, left + width / 2, top + height])
/** One thing or three: two are what a flipped list of categories has. */
const things = <T>(shape: fc.Arbitrary<T>) =>
  fc.constantFrom(1, 3).chain((count) => {
    const exactly = { minLength: count, maxLength: count }
    return fc.record({ shapes: fc.array(shape, exactly), categories: fc.array(text, exactly), scores: fc.array(share, exactly) })
  })
const detection = things(box)
const outline = things(box.map(([left = 0, top = 0, right = 0, bottom = 0]) => [left, top, right, top, right, bottom]))

/** Rows that fit a base, whatever their cells: a prediction always, everything else now and then. */
export const generatedRows: { readonly [B in BaseName]?: fc.Arbitrary<Row> } = {
  classification: fc.record({
    id,
    ts: time,
    label: text,
    score: maybe(number),
    actual: maybe(text),
    truth: maybe(number),
    version: maybe(text.map((value) => `v${value}`)),
    f_a: maybe(text),
    f_n: maybe(int64),
    f_words: maybe(words),
    t_zone: maybe(text),
    s_a: maybe(number),
  }),
  numeric: fc.record({ id, p: number, a: maybe(number), f_a: maybe(text) }),
  training: fc.record({ id, p: number, pl: maybe(number), a: maybe(number), al: number, f_a: maybe(text) }),
  validation: fc.record({ id, l: text, a: text, b: text.map((value) => `b${value}`), f_a: maybe(text) }),
  delayed: fc.record({ id, a: text, other: maybe(text), t_late: maybe(text), s_x: maybe(number) }),
  ranking: fc.record({
    id,
    g: fc.constantFrom('a', 'b', 'ü,'),
    p: maybe(number),
    l: maybe(
      fc.array(
        text.filter((value) => value !== ''),
        { minLength: 1, maxLength: 3 },
      ),
    ),
    s: maybe(number),
    f_a: maybe(text),
  }),
  multiClass: classNames.chain((names) => {
    const each = fc.tuple(...names.map(() => share)).map((values) => scores(Object.fromEntries(names.map((name, i) => [name, values[i]]))))
    // A row without a prediction has an actual value.
    return fc.record({ id, p: each, t: each, a: classes(fc.constantFrom(0, 1)), f_a: maybe(text) })
  }),
  singleLabel: fc.record({ id, p: classes(share), a: maybe(classes(fc.constantFrom(0, 1))), f_a: maybe(text) }),
  boxes: fc.tuple(id, detection, detection, maybe(text)).map(([its, seen, real, f_a]) => ({
    id: its,
    b: seen.shapes,
    c: seen.categories,
    s: seen.scores,
    ab: real.shapes,
    ac: real.categories,
    f_a,
  })),
  polygons: fc
    .tuple(id, outline, maybe(text))
    .map(([its, seen, f_a]) => ({ id: its, b: seen.shapes, c: seen.categories, s: seen.scores, f_a })),
  embedding: fc.record({
    id,
    label: text,
    v: maybe(fc.array(single, { minLength: 2, maxLength: 5 })),
    raw: maybe(text),
    link: maybe(text),
    w: maybe(fc.array(number, { minLength: 2, maxLength: 5 })),
    tokens: maybe(words),
    f_a: maybe(text),
  }),
  llm: fc.record({
    id,
    l: text,
    pt: maybe(text),
    ptv: maybe(text),
    name: maybe(text),
    params: maybe(text),
    n: maybe(fc.nat(10_000)),
    ms: maybe(number),
    t_a: maybe(text),
  }),
}

/** A data set of one base: its rows, no two of them with one rank in a group. */
export const anyDataSet = fc
  .constantFrom(...(Object.keys(generatedRows) as (keyof typeof generatedRows)[]))
  .chain((base) => dataSetOf(base).map((rows) => ({ base, rows })))

export function dataSetOf(base: BaseName): fc.Arbitrary<readonly Row[]> {
  const row = generatedRows[base]
  if (row === undefined) throw new Error(`no rows of ${base} are generated`)
  return fc
    .array(row, { minLength: 1, maxLength: 12 })
    .map((rows) => rows.map((each, i) => (base === 'ranking' ? { ...each, r: 1 + i * 3 } : each)))
}

/**
 * In CSV every type is declared: a text that looks like a number would else be taken for one. With that, a data set is
 * the same in all formats; that vectors of CSV are float64 shows in the kind of array alone.
 */
export const declaredTypes: Readonly<Record<string, string>> = {
  f_a: 'string',
  f_n: 'int64',
  t_zone: 'string',
  t_late: 'string',
  t_a: 'string',
  s_a: 'float64',
}
