import { RecordBatchStreamWriter, Table, tableFromIPC, tableToIPC } from 'apache-arrow'
import { toArrow } from 'lading/arrow'
import { describe, expect, test } from 'vitest'
import type { MappedBatch } from '../../src/contracts/schema-mapper.js'
import { arrowDecoder } from '../../src/decoders/arrow/arrow-decoder.js'
import { toValues } from '../../src/model/cell.js'
import type { Column, ColumnGroup } from '../../src/model/column.js'
import type { ColumnBatch } from '../../src/model/column-batch.js'
import { columnOf } from '../../src/model/column-of.js'
import { sliceColumn } from '../../src/model/slice-column.js'
import { decodeAll, fileBytes } from '../decoders/file-bytes.js'
import { columnsOfEveryType, dictionaryColumns, everyType } from './every-kind.js'

function columnBatch(columns: readonly Column[]): ColumnBatch {
  const schema = { columns: columns.map((_, i) => ({ name: `c${i}`, type: { kind: 'unknown' as const }, nullable: true })) }
  return { rowCount: columns[0]?.length ?? 0, firstRow: 1, schema, columns }
}

function mappedBatch(rowCount: number, columns: Record<string, Column | ColumnGroup>): MappedBatch<unknown> {
  return {
    token: 't',
    rowCount,
    firstRow: 1,
    rowsRead: rowCount,
    columns: columns as never,
    sourceRow: (i) => i + 1,
    records: () => [],
    recordSlices: () => [],
  }
}

/** Through apache-arrow's own writer and our decoder. */
async function roundTrip(batch: ColumnBatch, format: 'file' | 'stream', dictionaries: 'keep' | 'expand' = 'keep') {
  const bytes = tableToIPC(new Table([toArrow(batch, { dictionaries })]), format)
  return decodeAll(arrowDecoder(), fileBytes(bytes))
}

describe('toArrow', () => {
  const every = columnsOfEveryType()

  test.each(everyType.map(([type], i) => [JSON.stringify(type), i] as const))(
    '%s: the values come back, from file and stream',
    async (_, i) => {
      const column = every[i] as Column
      for (const format of ['file', 'stream'] as const) {
        const { schema, columns } = await roundTrip(columnBatch([column]), format)
        expect(columns[0]).toEqual(toValues(column))
        expect(schema.columns[0]).toMatchObject({ name: 'c0', nullable: true, type: { kind: everyType[i]?.[0].kind } })
      }
    },
  )

  test.each(everyType.map(([type], i) => [JSON.stringify(type), i] as const))('%s: slices and empty batches come back', async (_, i) => {
    const [type, values] = everyType[i] as (typeof everyType)[number]
    const long = columnOf(
      type,
      Array.from({ length: 21 }, (_, row) => values[row % 3]),
    )
    for (const [from, to] of [
      [8, 21],
      [3, 8],
      [4, 4],
    ] as const) {
      const { columns } = await roundTrip(columnBatch([sliceColumn(long, from, to)]), 'stream')
      expect(columns[0]).toEqual(toValues(long, from, to))
    }
  })

  test('shares memory', () => {
    const [int32, text] = [columnOf({ kind: 'int32' }, [1, 2]), columnOf({ kind: 'utf8' }, ['a', 'b'])]
    const batch = toArrow(columnBatch([int32, text]))
    expect(batch.getChildAt(0)?.data[0]?.values.buffer).toBe((int32 as { data: Int32Array }).data.buffer)
    expect(batch.getChildAt(1)?.data[0]?.values.buffer).toBe((text as { data: Uint8Array }).data.buffer)
    expect(batch.getChildAt(1)?.data[0]?.valueOffsets.buffer).toBe((text as { offsets: Int32Array }).offsets.buffer)
  })

  test('keeps dictionaries, or expands them', async () => {
    const columns = dictionaryColumns()
    const kept = toArrow(columnBatch(columns))
    expect(kept.schema.fields.map(({ type }) => String(type))).toEqual(['Dictionary<Int32, Utf8>', 'Dictionary<Int32, Int64>'])
    const expanded = toArrow(columnBatch(columns), { dictionaries: 'expand' })
    expect(expanded.schema.fields.map(({ type }) => String(type))).toEqual(['Utf8', 'Int64'])
    for (const dictionaries of ['keep', 'expand'] as const) {
      for (const format of ['file', 'stream'] as const) {
        const { columns: read } = await roundTrip(columnBatch(columns), format, dictionaries)
        expect(read).toEqual(columns.map((column) => toValues(column)))
      }
    }
  })

  test('expands dictionaries of every type', async () => {
    for (const [type, values] of everyType) {
      const distinct = columnOf(
        type,
        values.filter((value) => value !== null),
      )
      if (distinct.length < 2) continue
      const column: Column = {
        kind: 'dictionary',
        length: 4,
        validity: Uint8Array.of(0b1101),
        indices: Int32Array.of(1, 0, 0, 1),
        dictionary: { id: 1, values: distinct },
      }
      const { columns } = await roundTrip(columnBatch([column]), 'file', 'expand')
      expect(columns[0]).toEqual(toValues(column))
    }
  })

  test('gives batches of equal columns the same types, so that they make one table', () => {
    const batches = [0, 1].map(() => toArrow(columnBatch([...columnsOfEveryType(), ...dictionaryColumns()])))
    // The library copies fields; types, and with them dictionary ids, stay the same objects.
    batches[0]?.schema.fields.forEach((field, i) => {
      expect(batches[1]?.schema.fields[i]?.type).toBe(field.type)
    })
    expect(new Table(batches).numRows).toBe(6)
  })

  test('writes a dictionary that grows to a stream', async () => {
    const small = columnOf({ kind: 'utf8' }, ['x'])
    const grown = columnOf({ kind: 'utf8' }, ['x', 'y'])
    const column = (values: Column, indices: readonly number[]): Column => ({
      kind: 'dictionary',
      length: indices.length,
      validity: null,
      indices: Int32Array.from(indices),
      dictionary: { id: 1, values },
    })
    const writer = new RecordBatchStreamWriter()
    writer.write(toArrow(columnBatch([column(small, [0, 0])])))
    writer.write(toArrow(columnBatch([column(grown, [1, 0])])))
    writer.finish()
    const { columns } = await decodeAll(arrowDecoder(), fileBytes(await writer.toUint8Array()))
    expect(columns[0]).toEqual(['x', 'x', 'y', 'x'])
  })

  test('turns the groups of a mapped batch into structs', async () => {
    const batch = mappedBatch(2, {
      prediction_id: columnOf({ kind: 'utf8' }, ['a', 'b']),
      features: {
        kind: 'group',
        names: ['bank', '__proto__'],
        columns: [columnOf({ kind: 'utf8' }, ['x', null]), columnOf({ kind: 'float64' }, [1, 2])],
      },
      tags: { kind: 'group', names: [], columns: [] },
    })
    const table = tableFromIPC(tableToIPC(new Table([toArrow(batch)]), 'file'))
    expect(table.schema.fields.map(({ name }) => name)).toEqual(['prediction_id', 'features', 'tags'])
    expect(table.getChild('features')?.getChildAt(1)?.toArray()).toEqual(Float64Array.of(1, 2))
    expect(table.numRows).toBe(2)
  })

  test.each([
    ['booleans', [true, null], 'Bool'],
    ['numbers', [1, 2.5], 'Float64'],
    ['text', ['a', undefined], 'Utf8'],
    ['dates', [new Date(0), null], 'Timestamp<MICROSECOND, UTC>'],
    ['objects', [{ a: 1n }, 'x'], 'Utf8'],
    ['nothing', [null, null], 'Null'],
  ])('infers the type of values: %s', (_, values, type) => {
    const batch = toArrow(columnBatch([{ kind: 'values', length: 2, validity: null, values }]))
    expect(String(batch.schema.fields[0]?.type)).toBe(type)
    if (_ === 'objects') expect([...(batch.getChildAt(0) ?? [])]).toEqual(['{"a":"1"}', '"x"'])
  })
})
