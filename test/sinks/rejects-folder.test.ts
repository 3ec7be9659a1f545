import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileWriter } from '../../src/contracts/sink.js'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import { defaultBudgets } from '../../src/model/budgets.js'
import { toValues } from '../../src/model/cell.js'
import type { SinkFile } from '../../src/model/file.js'
import type { RejectedRecord } from '../../src/model/rejected-row.js'
import { csvLine } from '../../src/sinks/rejects/csv-text.js'
import { baseName, outputName } from '../../src/sinks/rejects/output-name.js'
import { type RejectsFolderOptions, rejectsFolder } from '../../src/sinks/rejects/rejects-folder.js'
import { mappedBatch } from '../../src/testing/mapped-batch.js'
import { sinkFile } from './sink-file.js'

const options = { signal: new AbortController().signal }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-rejects-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const issue = { code: 'id-missing', severity: 'error', message: 'An id is needed.', row: 2, column: 'id' } as const
const record = (row: number, ...values: unknown[]): RejectedRecord => ({
  row,
  issues: [{ ...issue, row }],
  key: 'a/1.csv',
  ...(values.length === 0 ? {} : { cells: values.map((value, i) => ({ column: `c${i}`, value })) }),
})

async function open(file: SinkFile = sinkFile(), more: Partial<RejectsFolderOptions> = {}): Promise<FileWriter<RejectedRecord>> {
  const answer = await rejectsFolder({ folder, ...more }).begin(file, options)
  if (!('write' in answer)) throw new Error('a receipt where a writer was expected')
  return answer
}

const commit = (writer: FileWriter<RejectedRecord>, rows: number) => writer.commit({ rows, rejected: 0 }, options)

async function outputs(): Promise<Record<string, Record<string, string>>> {
  const names = (await readdir(folder)).filter((name) => name !== '.staging')
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const files = await readdir(join(folder, name))
        return [
          name,
          Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(join(folder, name, file), 'utf8')]))),
        ]
      }),
    ),
  )
}

/** All that is left of claims: markers alone when nobody is at work. */
const staged = async (): Promise<string[]> =>
  (await readdir(join(folder, '.staging', 'stage'), { recursive: true })).filter((entry) => entry.split('/').length > 2)

describe('rejectsFolder', () => {
  test('keeps rows with their issues, and cells only when asked to', async () => {
    const writer = await open()
    await writer.write(mappedBatch([record(2), record(5)]), options)
    await writer.write(mappedBatch([record(9)]), options)
    expect(await outputs()).toEqual({})
    const receipt = await commit(writer, 3)
    expect(receipt).toMatchObject({ rows: 3, rejected: 0, fence: 1, schemaVersion: 1 })
    const [[name, files] = ['', {}]] = Object.entries(await outputs())
    expect(name).toMatch(/^1-[0-9a-f]{16}-[0-9a-f]{16}-1$/)
    expect(Object.keys(files).sort()).toEqual(['receipt.json', 'rejected.ndjson'])
    expect(
      files['rejected.ndjson']
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([2, 5, 9].map((row) => ({ row, issues: [{ ...issue, row }] })))
    expect(JSON.parse(files['receipt.json'] ?? '')).toEqual({
      jobId: 'test/job',
      key: 'a/1.csv',
      version: 'e:one:10',
      generation: 1,
      rows: 3,
      schemaVersion: 1,
      fence: 1,
      committedAt: receipt.committedAt,
    })
    expect(await staged()).toEqual([])
  })

  test('the CSV has the header once, and every kind of value', async () => {
    const writer = await open(sinkFile({ key: 'a/day 1.v2.csv.gz' }), { cells: true, delimiter: ';' })
    const date = new Date('2026-01-02T03:04:05.678Z')
    await writer.write(mappedBatch([record(1, null, '', 'a;b', 'say "x"', ' y', 'line\nend')]), options)
    await writer.write(mappedBatch([record(2, 1.5, 2n ** 60n, true, date, new Float32Array([0.5, 2]), Uint8Array.of(1, 255))]), options)
    await writer.write(mappedBatch([record(3, { a: 1 }, ['x', null], Number.NaN, false, 0, 'ü')]), options)
    await commit(writer, 3)
    const [files] = Object.values(await outputs())
    expect(files?.['day_1.v2.rejected.csv']).toBe(
      [
        'c0;c1;c2;c3;c4;c5',
        ';"";"a;b";"say ""x""";" y";"line\nend"',
        '1.5;1152921504606846976;true;2026-01-02T03:04:05.678Z;[0.5,2];Af8=',
        '"{""a"":1}";"[""x"",null]";NaN;false;0;ü',
        '',
      ].join('\n'),
    )
  })

  test('a file without refused rows leaves nothing, and takes away what an earlier attempt left', async () => {
    const first = await open()
    await first.write(mappedBatch([record(1)]), options)
    await commit(first, 1)
    expect(Object.keys(await outputs())).toHaveLength(1)
    const second = await open(sinkFile({ fence: 2 }))
    expect(await outputs()).toEqual({})
    expect(await commit(second, 0)).toMatchObject({ rows: 0 })
    expect(await outputs()).toEqual({})
    expect(await staged()).toEqual([])
  })

  test('a repeated attempt takes the place of the one before; other versions and generations stand beside it', async () => {
    for (const over of [{}, { fence: 2 }, { fence: 3, version: 'e:two:10' }, { fence: 4, generation: 2 }]) {
      const writer = await open(sinkFile(over))
      await writer.write(mappedBatch([record(over.fence ?? 1)]), options)
      await commit(writer, 1)
    }
    const rows = Object.values(await outputs()).map((files) => (JSON.parse(files['rejected.ndjson'] ?? '') as { row: number }).row)
    expect(rows.sort()).toEqual([2, 3, 4])
  })

  test('abort drops what was staged and leaves what others committed', async () => {
    const other = await open(sinkFile({ key: 'b.csv' }))
    await other.write(mappedBatch([record(1)]), options)
    await commit(other, 1)
    const writer = await open()
    await writer.write(mappedBatch([record(1)]), options)
    await writer.abort(new Error('x'), options)
    expect(Object.keys(await outputs())).toHaveLength(1)
    expect(await staged()).toEqual([])
  })

  test('a zombie can neither write nor commit nor begin, and takes nothing from its successor', async () => {
    const sleeper = await open(sinkFile({ fence: 1 }))
    await sleeper.write(mappedBatch([record(1)]), options)
    const ready = await open(sinkFile({ fence: 2 }))
    await ready.write(mappedBatch([record(2)]), options)
    await expect(sleeper.write(mappedBatch([record(3)]), options)).rejects.toMatchObject({ code: 'FENCED' })
    await commit(ready, 1)
    await expect(commit(sleeper, 1)).rejects.toMatchObject({ code: 'FENCED' })
    await sleeper.abort(new Error('x'), options)
    await expect(open(sinkFile({ fence: 1 }))).rejects.toMatchObject({ code: 'FENCED', cause: { fence: 2 } })
    const [files] = Object.values(await outputs())
    expect(files?.['rejected.ndjson']).toContain('"row":2')
  })

  test('a zombie that had written nothing is overtaken at its first row', async () => {
    const sleeper = await open(sinkFile({ fence: 1 }))
    await open(sinkFile({ fence: 2 }))
    await expect(sleeper.write(mappedBatch([record(3)]), options)).rejects.toMatchObject({ code: 'FENCED' })
  })

  test('a folder that cannot be made is an outage of the sink', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await expect(rejectsFolder({ folder: join(file, 'sub') }).begin(sinkFile(), options)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      scope: 'job',
    })
  })

  test.each([{ folder: '' }, { folder: 'x', delimiter: '' }, { folder: 'x', delimiter: '"' }, { folder: 'x', delimiter: 'ab' }])(
    '%j is refused',
    (wrong) => {
      expect(() => rejectsFolder(wrong)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )

  test.each([
    ['a/b/part-1.csv', 'part-1'],
    ['11-19-2022.parquet', '11-19-2022'],
    ['v1.2.csv.gz', 'v1.2'],
    ['a/..', '_..'],
    ['.csv', '_'],
    ['no extension', 'no_extension'],
    ['../../etc/pass wd\0.csv', 'pass_wd_'],
    [`${'x'.repeat(500)}.csv`, 'x'.repeat(60)],
  ])('names the output of %j for people', (key, name) => {
    expect(baseName(key)).toBe(name)
    expect(outputName(sinkFile({ key }))).toMatch(/^[\w.-]{1,120}$/)
  })
})

describe('csvLine', () => {
  test('whatever the text, the CSV decoder reads it back', async () => {
    const text = fc.oneof(
      fc.constant(null),
      fc.constantFrom('', ',', '"', '""', '\n', '\r\n', ' a ', '\uFEFFx', '007', 'null', ',"\n'),
      fc.string({ unit: 'grapheme', maxLength: 8 }).filter((one) => !one.includes('\0')),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', ';', '\t', '|'),
        async (rows, delimiter) => {
          const bytes = Buffer.from([['a', 'b', 'c'], ...rows].map((row) => csvLine(row, delimiter)).join(''))
          async function* stream() {
            yield new Uint8Array(bytes)
          }
          const opened = await csvDecoder({ delimiter }).open(
            { name: 'x', size: bytes.length, stream },
            { ...options, budgets: defaultBudgets },
          )
          const request = {
            columns: [0, 1, 2].map((index) => ({ index, as: { kind: 'utf8' as const } })),
            batchRows: 2_048,
            batchBytes: 4_000_000,
          }
          const read: unknown[][] = []
          for await (const batch of opened.batches(request, options)) {
            const columns = batch.columns.map((column) => toValues(column))
            for (let i = 0; i < batch.rowCount; i++) read.push(columns.map((column) => column[i]))
          }
          expect(read).toEqual(rows)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('the one cell of a narrow file is no blank line', () => {
    expect(csvLine([null], ',')).toBe('""\n')
  })
})
