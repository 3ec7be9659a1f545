import type { Column } from '../../src/model/column.js'
import { type Canonical, canonicalCell } from './canonical.js'
import type { DecodedFile } from './decode-file.js'
import type { Reading } from './oracles/oracle.js'

export interface Comparison {
  readonly problems: readonly string[]
  /** Cells of ours that an independent reader gave alike. */
  readonly compared: number
}

const mostProblems = 5
/** Rows that the expectations of Parquet files show. */
const mostShown = 10

/** Every cell that both sides can show. */
export function compareWithReading(decoded: DecodedFile, reading: Reading): Comparison {
  const problems: string[] = []
  const { schema, rows } = decoded
  if (rows !== reading.rows) problems.push(`${rows} rows, not ${reading.rows}`)
  if (schema.columns.length !== reading.columns.length) problems.push(`${schema.columns.length} columns, not ${reading.columns.length}`)
  if (problems.length > 0) return { problems, compared: 0 }
  const unique = new Set(schema.columns.map(({ name }) => name)).size === schema.columns.length
  if (unique && schema.columns.some(({ name }, i) => name !== reading.names[i])) problems.push('other names of columns')
  let compared = 0
  for (const [index, value, row] of cells(decoded)) {
    if (decoded.rejected.has(row)) continue
    const expected = reading.columns[index]
    if (expected === null || expected === undefined) continue
    const soften = (cell: Canonical): string => JSON.stringify(reading.soften === undefined ? cell : reading.soften(cell, index))
    const [ours, theirs] = [soften(value), soften(expected(row))]
    compared++
    if (ours !== theirs) problems.push(`row ${row + 1} of column ${index + 1}: ${ours.slice(0, 80)}, not ${theirs.slice(0, 80)}`)
    if (problems.length >= mostProblems) break
  }
  return { problems, compared }
}

/** The first rows as `expected-parquet-duckdb.jsonl` shows them. */
export interface ShownFile {
  readonly file: string
  readonly rows: number
  readonly names: readonly string[]
  readonly types: readonly string[]
  readonly first: readonly string[]
}

export function compareWithShown(decoded: DecodedFile, shown: ShownFile): Comparison {
  const problems: string[] = []
  const { schema } = decoded
  const partitions = partitionsOf(shown.file)
  const names = shown.names.filter((name) => !partitions.has(name))
  if (decoded.rows !== shown.rows) problems.push(`${decoded.rows} rows, not ${shown.rows}`)
  const own = schema.columns.filter(({ name }) => !partitions.has(name))
  if (own.length !== names.length) problems.push(`${own.length} columns, not ${names.length}`)
  const first = shown.first.map((row) => JSON.parse(row.replaceAll(/([[,:])(-?(?:NaN|Infinity))/g, '$1"$2"')) as unknown[])
  const ours: Canonical[][] = []
  for (const [index, value, row] of cells(decoded)) {
    if (row >= mostShown) break
    ours[row] ??= []
    ;(ours[row] as Canonical[])[index] = value
  }
  // Their text is of an own form.
  const isShown = (index: number): boolean =>
    !/GEOMETRY|VARIANT|TIME WITH/.test(shown.types[index] ?? '') && !partitions.has(schema.columns[index]?.name ?? '')
  const differsAt = (row: readonly Canonical[], expected: readonly unknown[]): number =>
    row.findIndex((value, index) => value !== undefined && isShown(index) && !looksLike(value, expected[index]))
  // Rows of long text are left out of what is shown.
  const isWhole = first.length === Math.min(mostShown, shown.rows)
  let next = 0
  for (const expected of first) {
    while (!isWhole && next < ours.length && differsAt(ours[next] ?? [], expected) >= 0) next++
    const row = ours[next] ?? []
    const at = next < ours.length ? differsAt(row, expected) : 0
    if (at >= 0) problems.push(`row ${next + 1} of column ${at + 1}: ${show(row[at])}, shown as ${show(expected[at])}`)
    next++
  }
  return { problems: problems.slice(0, mostProblems), compared: first.length * schema.columns.length }
}

const show = (value: unknown): string => String(JSON.stringify(value)).slice(0, 80)

/** Names that a path gives columns of, as Hive has it: their values are the path's, not the file's. */
export function partitionsOf(path: string): ReadonlySet<string> {
  return new Set([...path.matchAll(/(?:^|\/)([^/=]+)=[^/]*(?=\/)/g)].map(([, name]) => name ?? ''))
}

/** A value and its JSON, which rounds decimals and large integers. */
function looksLike(value: Canonical, shown: unknown): boolean {
  if (value === null || shown === null) return value === shown
  if (typeof value !== 'string') {
    if (Array.isArray(shown)) return value.length === shown.length && value.every((item, i) => looksLike(item, shown[i]))
    if (typeof shown !== 'object') return false
    const pairs = value.map((entry) => pairOf(entry as readonly Canonical[]))
    const names = Object.keys(shown)
    return (
      new Set(pairs.map(([name]) => name)).size === names.length &&
      names.every((name) => {
        // Of equal keys of a map, the last is shown.
        const pair = pairs.findLast(([key]) => key === name)
        return pair !== undefined && looksLike(pair[1], (shown as Record<string, unknown>)[name])
      })
    )
  }
  const text = value.slice(2)
  switch (value[0]) {
    case 'i':
    case 'n':
    case 'f':
      return Object.is(Number(text), Number(shown)) || Number(text) === Number(shown)
    case 'b':
      return text === String(shown)
    case 't':
      // In milliseconds, with a share of one.
      return Number(BigInt(text) / 1000n) / 1000 === Number(String(shown).slice(2))
    case 'd':
      return `D:${Number(text) * 86_400_000}` === shown
    case 'x':
      return `x:${text}` === shown
    default:
      return text === shown
  }
}

/** A struct's field is a name and a value; an entry of a map is a struct of key and value. */
function pairOf(entry: readonly Canonical[]): readonly [string, Canonical] {
  const [first, second] = entry
  if (typeof first === 'string') return [first, second ?? null]
  const [, key] = first as readonly Canonical[]
  return [String(key).slice(2), (second as readonly Canonical[])[1] ?? null]
}

/** Typed cells of a text format against the text. A cell with an issue is null. */
export function compareWithText(typed: DecodedFile, text: DecodedFile): Comparison {
  const problems: string[] = []
  if (typed.rows !== text.rows) problems.push(`${typed.rows} rows as guessed, ${text.rows} as text`)
  const texts = cells(text)
  let compared = 0
  for (const [index, value, row] of cells(typed)) {
    const cell = texts.next().value?.[1]
    if (value === null || problems.length >= mostProblems) continue
    compared++
    if (typeof value !== 'string' || typeof cell !== 'string' || !isReading(value, cell.slice(2).trim()))
      problems.push(`row ${row + 1} of column ${index + 1}: ${JSON.stringify(value)} read from ${JSON.stringify(cell)?.slice(0, 80)}`)
  }
  return { problems, compared }
}

function isReading(value: string, text: string): boolean {
  const held = value.slice(2)
  switch (value[0]) {
    case 'i':
      return BigInt(held) === BigInt(text)
    case 'f':
      return /\d/.test(text) ? Number(held) === Number(text) : /nan|inf/i.test(text) && !Number.isFinite(Number(held))
    case 'b':
      return held === text.toLowerCase()
    case 't':
      return BigInt(held) / 1_000_000n === BigInt(Date.parse(text)) || BigInt(held) < 0n
    default:
      return held.trim() === text
  }
}

function* cells({ batches, read }: DecodedFile): Generator<readonly [column: number, value: Canonical, row: number]> {
  for (const { rowCount, firstRow, columns } of batches) {
    for (let i = 0; i < rowCount; i++) {
      for (const [at, column] of columns.entries()) yield [read[at] as number, canonicalCell(column as Column, i), firstRow - 1 + i]
    }
  }
}
