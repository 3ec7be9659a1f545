import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import { defaultBudgets } from '../../../src/model/budgets.js'
import { checkColumn } from '../../../src/model/check-column.js'
import type { DataType } from '../../../src/model/data-type.js'
import { issuesOf } from '../../../src/model/issues-of.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

const utf8: DataType = { kind: 'utf8' }
const { signal } = new AbortController()

/** A table of cells as text: null is an empty cell, '' is a quoted one. */
function writeCsv(table: readonly (readonly (string | null)[])[], end: string): string {
  const cellText = (value: string | null): string =>
    value === null ? '' : value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  return table.map((row) => row.map(cellText).join(',') + end).join('')
}

async function failure(text: string | Uint8Array, options: Parameters<typeof decodeAll>[2] = {}, cuts: readonly number[] = []) {
  return decodeAll(csvDecoder(), fileBytes(text, { cuts }), options).then(
    () => expect.unreachable('it should have failed'),
    (error) => error,
  )
}

describe('splitting', () => {
  const cellArbitrary = fc.option(
    fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀', '\u2028'), maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    ),
    { nil: null },
  )
  const tableArbitrary = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cellArbitrary, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }))

  test('gives back what a writer wrote, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        tableArbitrary,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.array(fc.nat(200)),
        async (rows, end, bom, cuts) => {
          const width = rows[0]?.length ?? 0
          const header = Array.from({ length: width }, (_, i) => `column ${i}`)
          const csv = (bom ? '\ufeff' : '') + writeCsv([header, ...rows], end)
          const { schema, columns, batches } = await decodeAll(csvDecoder(), fileBytes(csv, { cuts }), {
            as: header.map(() => utf8),
            request: { batchRows: 8 },
          })
          expect(schema.columns.map(({ name }) => name)).toEqual(header)
          expect(columns).toEqual(header.map((_, i) => rows.map((row) => row[i])))
          for (const batch of batches) for (const column of batch.columns) expect(checkColumn(column)).toBeNull()
          expect(await decodeAll(csvDecoder(), fileBytes(csv), { as: header.map(() => utf8), request: { batchRows: 8 } })).toEqual({
            schema,
            columns,
            batches,
          })
        },
      ),
      { numRuns: 150 },
    )
  })

  test('tells null, the empty string and text apart', async () => {
    const { columns } = await decodeAll(csvDecoder(), fileBytes('a,b\n,""\n"""",x\n"","a ""b"""\n'), { as: [utf8, utf8] })
    expect(columns).toEqual([
      [null, '"', ''],
      ['', 'x', 'a "b"'],
    ])
  })

  test('takes each line end where it stands, blank lines apart', async () => {
    const { columns } = await decodeAll(csvDecoder(), fileBytes('\n\na,b\r\n1,2\n\n3,4\r5,6\r\n\r\n'), { as: [utf8, utf8] })
    expect(columns).toEqual([
      ['1', '3', '5'],
      ['2', '4', '6'],
    ])
  })

  test('reads a blank line as null where there is one column', async () => {
    const { columns } = await decodeAll(csvDecoder(), fileBytes('a\n1\n\n""\n2'), { as: [utf8] })
    expect(columns).toEqual([['1', null, '', '2']])
  })

  test('keeps duplicate and odd headers, by index', async () => {
    const { schema, columns } = await decodeAll(csvDecoder(), fileBytes('__proto__,a,a,"",é\n1,2,3,4,5\n'), {
      as: [utf8, utf8, utf8, utf8, utf8],
    })
    expect(schema.columns.map(({ name }) => name)).toEqual(['__proto__', 'a', 'a', '', 'é'])
    expect(columns).toEqual([['1'], ['2'], ['3'], ['4'], ['5']])
  })

  test('has no rows in a file of a header alone', async () => {
    for (const text of ['a,b', 'a,b\n', '\ufeffa,b\r\n']) {
      const { schema, batches } = await decodeAll(csvDecoder(), fileBytes(text), { as: [utf8, utf8] })
      expect(schema.columns).toHaveLength(2)
      expect(batches).toEqual([])
    }
  })

  test('reads another dialect when told', async () => {
    const decoder = csvDecoder({ delimiter: ';', quote: "'" })
    const { columns } = await decodeAll(decoder, fileBytes("a;b\n'x;''y';\"\n"), { as: [utf8, utf8] })
    expect(columns).toEqual([["x;'y"], ['"']])
    expect(decoder.revision).not.toBe(csvDecoder().revision)
    for (const options of [
      { delimiter: '' },
      { delimiter: '\n' },
      { quote: '""' },
      { quote: ',' },
      { comment: '"' },
      { comment: '##' },
      { skipRows: -1 },
    ]) {
      expect(() => csvDecoder(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', remedy: expect.any(String) }))
    }
  })
})

describe('cells', () => {
  test('are parsed to the type asked for, and only in the columns asked for', async () => {
    const csv =
      'i,f,b,t,d,x\n-9007199254740993,1e3,TRUE,1650125707.25,2000-02-29,007\n,,,,,\n+7,nan,false,2022-04-16T18:15:00+02:00,1969-12-31,\n'
    const { columns, batches } = await decodeAll(csvDecoder(), fileBytes(csv), {
      request: {
        columns: [
          { index: 5, as: utf8 },
          { index: 0, as: { kind: 'int64' } },
          { index: 1, as: { kind: 'float64' } },
          { index: 2, as: { kind: 'bool' } },
          { index: 3, as: { kind: 'timestamp', unit: 'us', timezone: 'UTC' } },
          { index: 4, as: { kind: 'date' } },
        ],
      },
    })
    expect(columns).toEqual([
      ['007', null, null],
      [-9007199254740993n, null, 7],
      [1000, null, Number.NaN],
      [true, null, false],
      [new Date(1650125707250), null, new Date('2022-04-16T16:15:00Z')],
      [new Date('2000-02-29'), null, new Date('1969-12-31')],
    ])
    expect(batches[0]?.issues).toBeUndefined()
  })

  test('that do not fit are issues of their row and column, and null', async () => {
    const { batches, columns } = await decodeAll(csvDecoder(), fileBytes('a,b,c\n1,x,""\n9223372036854775808,y,true\n2,z,yes\n'), {
      as: [{ kind: 'int64' }, null, { kind: 'bool' }],
    })
    expect(columns).toEqual([
      [1, null, 2],
      [null, true, null],
    ])
    const batch = batches[0] as (typeof batches)[number]
    expect(issuesOf(batch.issues as never, batch).map(({ code, row, column }) => [code, row, column])).toEqual([
      ['cell-type', 1, 'c'],
      ['cell-type', 2, 'a'],
      ['cell-type', 3, 'c'],
    ])
    expect(batch.issues?.counts.map(({ rows }) => rows)).toEqual([2, 1])
    expect(JSON.stringify(batch.issues?.table)).not.toMatch(/9223372036854775808|yes/)
  })

  test('of a ragged row are null, and the row counts', async () => {
    const { batches, columns } = await decodeAll(csvDecoder(), fileBytes('a,b\n1,2\n3\n4,5,6\n7,8\n'), { as: [utf8, utf8] })
    expect(columns).toEqual([
      ['1', null, null, '7'],
      ['2', null, null, '8'],
    ])
    const batch = batches[0] as (typeof batches)[number]
    expect(issuesOf(batch.issues as never, batch).map(({ code, row }) => [code, row])).toEqual([
      ['ragged-row', 2],
      ['ragged-row', 3],
    ])
  })

  test('decide the guessed types', async () => {
    const header = 'int,float,mixed,bool,time,text,zeros,big,empty,quoted'
    const row1 = '1,1.5,1,true,2022-04-16T16:15:00Z,x,007,99999999999999999999,,""'
    const row2 = '-2,2e3,0.5,False,2022-04-16T16:15:00.5+01:00,1,8,1,,1'
    const file = await csvDecoder().open(fileBytes(`${header}\n${row1}\n,,,,,,,,,\n${row2}\n`), { signal, budgets: defaultBudgets })
    expect(file.schema.columns.map(({ name, type: { kind }, guessed }) => [name, kind, guessed])).toEqual([
      ['int', 'int64', true],
      ['float', 'float64', true],
      ['mixed', 'float64', true],
      ['bool', 'bool', true],
      ['time', 'timestamp', true],
      ['text', 'utf8', true],
      ['zeros', 'utf8', true],
      ['big', 'utf8', true],
      ['empty', 'utf8', true],
      ['quoted', 'utf8', true],
    ])
    await file.close?.()
  })

  test('beyond the first 1,000 rows do not decide', async () => {
    const csv = `a\n${'1\n'.repeat(1000)}x\n`
    const { schema, batches } = await decodeAll(csvDecoder(), fileBytes(csv))
    expect(schema.columns[0]?.type.kind).toBe('int64')
    expect(batches[0]?.issues?.rowIndexes).toEqual(Int32Array.of(1000))
  })
})

describe('batches', () => {
  test('are cut by rows and by bytes, in the same way for every way the bytes come', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `${i},${'x'.repeat(i % 97)}`)
    const csv = `id,text\n${rows.join('\n')}\n`
    const shape = async (cuts: readonly number[]) => {
      const { batches } = await decodeAll(csvDecoder(), fileBytes(csv, { cuts }), {
        as: [{ kind: 'int64' }, utf8],
        request: { batchRows: 64, batchBytes: 2048 },
      })
      return batches.map(({ rowCount, firstRow }) => [firstRow, rowCount])
    }
    const whole = await shape([])
    expect(whole.length).toBeGreaterThan(500 / 64)
    expect(whole.reduce((sum, [, count]) => sum + (count as number), 0)).toBe(500)
    expect(whole.every(([first], i) => i === 0 || first === (whole[i - 1] as number[]).reduce((a, b) => a + b))).toBe(true)
    expect(await shape(Array.from({ length: csv.length }, (_, i) => i))).toEqual(whole)
    expect(await shape(Array.from({ length: 40 }, (_, i) => i * 333))).toEqual(whole)
  })

  test('hold one row when it alone is over the bytes', async () => {
    const { batches } = await decodeAll(csvDecoder(), fileBytes(`a\n1\n${'x'.repeat(5000)}\n2\n3\n`), {
      as: [utf8],
      request: { batchBytes: 1000 },
    })
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([1, 1, 2])
  })

  test('are pulled: a consumer that waits stops the reading, one that leaves ends it', async () => {
    const csv = `a\n${'0123456789\n'.repeat(100_000)}`
    const bytes = fileBytes(csv, { cuts: Array.from({ length: 100 }, (_, i) => i * 10_000) })
    const file = await csvDecoder().open(bytes, { signal, budgets: defaultBudgets })
    const afterOpen = bytes.seen.pulled
    for await (const batch of file.batches({ columns: [{ index: 0, as: utf8 }], batchRows: 2048, batchBytes: 1 << 22 }, { signal })) {
      expect(batch.firstRow).toBe(1)
      break
    }
    expect(bytes.seen.pulled - afterOpen).toBeLessThan(10)
    expect(bytes.seen).toMatchObject({ opened: 1, released: 1 })
    await file.close?.()
  })

  test('stop with the reason of the signal, and let the stream go', async () => {
    const controller = new AbortController()
    const bytes = fileBytes(`a\n${'0123456789\n'.repeat(100_000)}`, { cuts: [50_000, 100_000] })
    const file = await csvDecoder().open(bytes, { signal, budgets: defaultBudgets })
    const reason = new Error('enough')
    const read = async (): Promise<void> => {
      for await (const _ of file.batches({ columns: [{ index: 0, as: utf8 }], batchRows: 8, batchBytes: 1 << 22 }, controller))
        controller.abort(reason)
    }
    await expect(read()).rejects.toBe(reason)
    expect(bytes.seen).toMatchObject({ opened: 1, released: 1 })
  })

  test('are not asked for: close lets the stream go', async () => {
    const bytes = fileBytes(`a\n${'1\n'.repeat(100_000)}`, { cuts: [5000, 10_000] })
    const file = await csvDecoder().open(bytes, { signal, budgets: defaultBudgets })
    await file.close?.()
    expect(bytes.seen).toMatchObject({ opened: 1, released: 1 })
  })

  test('let the event loop turn, at least once every 256 KiB of text', async () => {
    const csv = `a,b,c\n${'0123456789,0123456789,0123456789\n'.repeat(60_000)}`
    let turns = 0
    let done = false
    const count = (): void => {
      turns++
      if (!done) setImmediate(count)
    }
    setImmediate(count)
    await decodeAll(csvDecoder(), fileBytes(csv), { as: [utf8, utf8, utf8] })
    done = true
    expect(turns).toBeGreaterThanOrEqual(csv.length / 262_144)
  })
})

describe('bad files', () => {
  test('text that is not UTF-8 is located, however it is cut', async () => {
    const head = new TextEncoder().encode('id,text\n1,é\n2,')
    const bad = Uint8Array.of(...head, 0xc3, 0x28, 0x0a)
    for (const cuts of [[], [head.length], [head.length + 1], Array.from({ length: bad.length }, (_, i) => i)]) {
      expect(await failure(bad, {}, cuts)).toMatchObject({ code: 'FILE_CORRUPT', location: { byteOffset: head.length, row: 2 } })
    }
    const starts = Uint8Array.of(...new TextEncoder().encode('a\n1\n'), 0xff, 0x0a)
    expect(await failure(starts)).toMatchObject({ code: 'FILE_CORRUPT', location: { byteOffset: 4, row: 2 } })
    expect(await failure(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0x80))).toMatchObject({ location: { byteOffset: 4 } })
    expect(await failure(Uint8Array.of(0x61, 0x0a, 0x22, 0x0a, 0xe2, 0x82))).toMatchObject({ location: { byteOffset: 4, row: 1 } })
  })

  test.each([
    ['a,b\n1,"x\n', { row: 1 }, /ends within a quoted cell/],
    ['a,b\n1,2\n3,"x"y\n', { row: 2 }, /closing quote/],
    ['a,b\n1,2\n3,secret"\n', { row: 2, column: 'b' }, /not quoted/],
    ['"a\n', {}, /header/],
    ['', {}, /no header row/],
    ['\n\n', {}, /no header row/],
  ])('%j is corrupt, located, without a cell in the message', async (text, location, message) => {
    const error = await failure(text)
    expect(error).toMatchObject({ code: 'FILE_CORRUPT', location, message: expect.stringMatching(message), remedy: expect.any(String) })
    expect(error.message).not.toContain('secret')
  })

  test('budgets are checked while splitting', async () => {
    const wide = `${'a,'.repeat(20)}a\n`
    expect(await failure(wide, { budgets: { columns: 20 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('columns'),
    })
    expect(await failure(`a\n${','.repeat(300_000)}`, { budgets: { columns: 20 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      location: { row: 1 },
    })
    expect(await failure(`a\n"${'x'.repeat(300_000)}`, { budgets: { cellBytes: 1000, batchBytes: 1000 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
    })
    expect(await failure(`${'x'.repeat(5000)},b\n`, { budgets: { schemaBytes: 1000 } })).toMatchObject({ code: 'BUDGET_EXCEEDED' })
    expect(await failure('x'.repeat(500_000), { budgets: { schemaBytes: 1000 } })).toMatchObject({ code: 'BUDGET_EXCEEDED' })
    expect(
      await failure(`a,b\n1,${'x'.repeat(1500)}\n`, { as: [utf8, utf8], budgets: { cellBytes: 1000, batchBytes: 1000 } }),
    ).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      location: { row: 1, column: 'b' },
    })
  })

  test('a type that text is not read as is refused by name', async () => {
    expect(await failure('a\n1\n', { as: [{ kind: 'list', item: utf8 }] })).toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringContaining('list'),
    })
  })
})
