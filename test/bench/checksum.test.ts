import { type Column, columnOf, type DataType } from 'lading'
import { describe, expect, test } from 'vitest'
import { benchColumns, vectorColumn } from './bench-columns.js'
import { bytesHash, numberHash, textHash, vectorHash } from './checksum/cell-hash.js'
import { Checksum, differences, resultOf } from './checksum/checksum.js'
import { addValues, columnSums } from './checksum/column-sums.js'
import { rowSums } from './checksum/row-sums.js'

type Row = Record<string, string | number | null>

/** Rows as a peer has them: by the file's names, the timestamp in seconds. */
const rows: readonly Row[] = Array.from({ length: 40 }, (_, i) =>
  Object.fromEntries(
    benchColumns.map(({ name, kind }, slot) => {
      if (kind === 'seconds') return [name, 1_770_000_000 + i]
      if (i % 7 === slot % 7) return [name, null]
      return [name, kind === 'text' ? `${'München, "x"'.slice(0, i % 12)}${slot}` : i * 1.25 + slot / 3]
    }),
  ),
)

const dataTypes: Record<string, DataType> = {
  text: { kind: 'utf8' },
  number: { kind: 'float64' },
  seconds: { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
}

/** The same rows as Lading maps them, as columns. */
function columnsOf(given: readonly Row[]): Record<string, Column | { kind: 'group'; names: string[]; columns: Column[] }> {
  const columns: ReturnType<typeof columnsOf> = {}
  for (const { name, kind, path } of benchColumns) {
    const [key, nested] = path
    const values = given.map((row) => (kind === 'seconds' ? (row[name] as number) * 1_000_000 : row[name]))
    const column = columnOf(dataTypes[kind] as DataType, values)
    if (nested === undefined) columns[key] = column
    else {
      const group = columns[key] ?? { kind: 'group', names: [], columns: [] }
      columns[key] = group
      if (group.kind !== 'group') throw new Error(`${key} is no group.`)
      group.names.push(nested)
      group.columns.push(column)
    }
  }
  return columns
}

/** The same rows as Lading builds them. */
const recordOf = (row: Row): object => {
  const record: Record<string, unknown> = {}
  for (const { name, kind, path } of benchColumns) {
    const [key, nested] = path
    const value = kind === 'seconds' ? new Date((row[name] as number) * 1000) : row[name]
    if (nested === undefined) record[key] = value
    else record[key] = { ...(record[key] as object | undefined), [nested]: value }
  }
  return record
}

const fromRows = (given: readonly object[], shape: 'flat' | 'records') => {
  const checksum = new Checksum()
  given.forEach(rowSums(checksum, shape))
  return resultOf(checksum)
}
const fromColumns = (given: readonly Row[]) => {
  const checksum = new Checksum()
  columnSums(checksum)(columnsOf(given), given.length)
  return resultOf(checksum)
}
const fromArrays = (given: readonly Row[]) => {
  const checksum = new Checksum()
  for (const [slot, { name }] of benchColumns.entries())
    addValues(
      checksum,
      slot,
      given.map((row) => row[name]),
    )
  checksum.rows = given.length
  return resultOf(checksum)
}

const expected = fromRows(rows, 'flat')

describe('the checksum is one', () => {
  test('over rows of peers, records, columns and arrays', () => {
    expect(differences(expected, fromRows(rows.map(recordOf), 'records'))).toEqual([])
    expect(differences(expected, fromColumns(rows))).toEqual([])
    expect(differences(expected, fromArrays(rows))).toEqual([])
  })

  test('in any order of rows and any cut', () => {
    expect(differences(expected, fromRows([...rows].reverse(), 'flat'))).toEqual([])
    const checksum = new Checksum()
    const add = columnSums(checksum)
    for (const [from, to] of [
      [0, 13],
      [13, 40],
    ] as const)
      add(columnsOf(rows.slice(from, to)), to - from)
    expect(differences(expected, resultOf(checksum))).toEqual([])
  })

  test('of text and of its bytes, at every length', () => {
    for (const text of ['', 'a', 'abc', 'abcd', 'abcdefg', 'Zürich', '東京', 'naïve 😀 end'])
      expect(textHash(text, 7)).toBe(bytesHash(new TextEncoder().encode(`..${text}`), 2, 2 + Buffer.byteLength(text), 7))
  })
})

describe('the checksum differs', () => {
  test.each(benchColumns.map(({ name, kind }) => [name, kind] as const))('when one cell of %s is another', (name, kind) => {
    // The last bit of a number, one letter, a null, an empty text.
    const changes: readonly (string | number | null)[] =
      kind === 'text'
        ? [`${rows[20]?.[name]}x`, null, '']
        : kind === 'number'
          ? [(rows[20]?.[name] as number) * (1 + Number.EPSILON), null, 0]
          : [1]
    for (const value of changes) {
      if (rows[20]?.[name] === value) continue
      const corrupt = rows.map((row, i) => (i === 20 ? { ...row, [name]: value } : row))
      const wanted = [`the checksum of ${name}`]
      expect(differences(expected, fromRows(corrupt, 'flat'))).toEqual(wanted)
      expect(differences(expected, fromArrays(corrupt))).toEqual(wanted)
      if (kind !== 'seconds') expect(differences(expected, fromColumns(corrupt))).toEqual(wanted)
    }
  })

  test('when a row is missing or twice', () => {
    expect(differences(expected, fromRows(rows.slice(1), 'flat'))[0]).toBe('39 rows instead of 40')
    expect(differences(expected, fromRows([...rows.slice(1), rows[5] as Row], 'flat'))).not.toEqual([])
  })

  test('when two columns change places', () => {
    const swapped = rows.map((row) => ({ ...row, feature_plan: row.tag_region ?? null, tag_region: row.feature_plan ?? null }))
    expect(differences(expected, fromRows(swapped, 'flat'))).toEqual(['the checksum of feature_plan', 'the checksum of tag_region'])
  })

  test('between 0 and -0, and between null, an empty text and 0', () => {
    expect(numberHash(0, 3)).not.toBe(numberHash(-0, 3))
    expect(textHash('', 3)).not.toBe(numberHash(0, 3))
  })

  test('when one float of a vector is another, or two change places', () => {
    const vector = Float32Array.from({ length: vectorColumn.size }, (_, k) => k / 7)
    const hash = vectorHash(vector, 0, vector.length, 1)
    expect(vectorHash(Array.from(vector), 0, vector.length, 1)).toBe(hash)
    expect(vectorHash(vector.with(31, 0.5), 0, vector.length, 1)).not.toBe(hash)
    expect(vectorHash(vector.with(3, vector[4] as number).with(4, vector[3] as number), 0, vector.length, 1)).not.toBe(hash)
  })
})

test('dictionaries, lists and integers are hashed by what they stand for', () => {
  const sums = (column: Column, slot: 'feature_plan' | 'feature_age' | 'vector') => {
    const columns = columnsOf(rows.slice(0, 3))
    const group = columns.features
    if (group?.kind !== 'group') throw new Error('no features')
    const place = group.names.indexOf(slot.replace('feature_', ''))
    if (slot !== 'vector') group.columns[place] = column
    else columns.embedding_features = { kind: 'group', names: [vectorColumn.name], columns: [column] }
    const checksum = new Checksum()
    columnSums(checksum)(columns, 3)
    return resultOf(checksum).sums
  }
  const words = columnOf({ kind: 'utf8' }, ['free', 'basic'])
  const dictionary: Column = {
    kind: 'dictionary',
    length: 3,
    validity: Uint8Array.of(0b101),
    indices: Int32Array.of(1, 0, 0),
    dictionary: { id: 1, values: words },
  }
  expect(sums(dictionary, 'feature_plan')).toEqual(sums(columnOf({ kind: 'utf8' }, ['basic', null, 'free']), 'feature_plan'))
  for (const kind of ['int8', 'int32', 'int64'] as const) {
    expect(sums(columnOf({ kind }, [1, null, -5]), 'feature_age')).toEqual(
      sums(columnOf({ kind: 'float64' }, [1, null, -5]), 'feature_age'),
    )
  }
  const lists = [[0.5, 0.25], null, [1, 2]]
  const wide: DataType = { kind: 'list', item: { kind: 'float64' } }
  expect(sums(columnOf(wide, lists), 'vector')).toEqual(
    sums(columnOf({ kind: 'fixedList', size: 2, item: { kind: 'float32' } }, lists), 'vector'),
  )
})
