import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { AccessFinding, ObjectSource, RequestCounts } from '../../src/contracts/object-source.js'
import { SourceError } from '../../src/errors.js'
import type { DryRunReport } from '../../src/job/dry-run-report.js'
import { dryRunText } from '../../src/job/dry-run-text.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import type { ObjectInfo } from '../../src/model/object-info.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { parquetFile } from '../preview/four-formats.js'
import { bucket, S3Fixture } from '../sources/s3-fixture.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function jobOn(source: ObjectSource, options: Partial<ImportJobOptions<Score>> = {}) {
  const sink = memorySink<Score>()
  const store = memoryStore()
  return {
    sink,
    store,
    job: new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), isolation: 'inline', ...options }),
  }
}

/** A source that counts its reads as a store would: each a GET, not each opening. */
function readCounting(objects: Readonly<Record<string, string | Uint8Array>>) {
  const inner = memorySource(objects)
  let gets = 0
  const source: ObjectSource = {
    ...inner,
    async open(object, options) {
      const { stream, ...reader } = await inner.open(object, options)
      return {
        ...reader,
        read(start, end, more) {
          gets++
          return reader.read(start, end, more)
        },
        async *stream(start, more) {
          gets++
          yield* stream?.(start, more) ?? []
        },
      }
    },
    requestCounts: (): RequestCounts => ({ ...(inner.requestCounts?.() as RequestCounts), get: gets }),
  }
  return source
}

describe('a dry run', () => {
  test('passes: the first, the last and the newest file are looked into, and nothing is left behind', async () => {
    const source = memorySource({ 'b.txt': 'x', 'sub/': '' })
    for (const [name, day] of [
      ['a', 1],
      ['b', 2],
      ['c', 9],
      ['d', 3],
      ['e', 4],
    ] as const) {
      source.put(`${name}.csv`, scoresCsv(name, 3), new Date(Date.UTC(2026, 0, day)))
    }
    const { job, sink, store } = jobOn(source)
    const events = eventLog(job)
    const report = await job.dryRun()
    expect(report).toMatchObject({
      jobId: 'test',
      place: 'memory:',
      ok: true,
      validationStatus: 'success',
      filePath: 'a.csv',
      error: null,
      filesMatched: 5,
      listedAll: true,
      firstKeys: ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv'],
      filesSkipped: { unknown_extension: 1, directory_marker: 1 },
      filesNotEligible: {},
      nearMisses: [{ key: 'b.txt', why: 'no decoder reads files named like it (unknown_extension)' }],
      issues: [],
      fixes: [],
      hints: [],
      errors: [],
      requests: { list: 1, head: 0, get: 3 },
    })
    expect(report.bytesMatched).toBe(5 * scoresCsv('a', 3).length)
    expect(
      report.files.map(({ key, format, reads, rowCount, rowsRead, rowsAccepted }) => [
        key,
        format,
        reads,
        rowCount,
        rowsRead,
        rowsAccepted,
      ]),
    ).toEqual(['a.csv', 'c.csv', 'e.csv'].map((key) => [key, 'csv', ['id', 'score'], 3, 3, 3]))
    expect(report.sample).toMatchObject({
      key: 'a.csv',
      format: 'csv',
      records: [
        { id: 'a1', score: 0 },
        { id: 'a2', score: 1 },
        { id: 'a3', score: 2 },
      ],
    })
    expect(JSON.parse(JSON.stringify(report)).errors).toEqual([])
    expect(sink.records).toEqual([])
    expect(events.names).toEqual([])
    expect(await store.jobs.load('test', { signal })).toBeUndefined()
    expect(await store.ledger.files('test', { limit: 9, signal })).toEqual([])
    expect(await job.runOnce()).toMatchObject({ imported: 5 })
  })

  test('leaves a job that has run as it is', async () => {
    const { job, store } = jobOn(memorySource({ 'a.csv': scoresCsv('a', 1) }))
    await job.runOnce()
    const seen = async () => [
      await store.jobs.load('test', { signal }),
      await store.ledger.files('test', { limit: 9, signal }),
      await store.ledger.tally('test', { signal }),
      await store.ledger.pollState('test', { signal }),
    ]
    const before = await seen()
    expect((await job.dryRun()).ok).toBe(true)
    expect(await seen()).toEqual(before)
  })

  test('issues of rows come one per check and column, with the first row and how many have it', async () => {
    const csv = `id,score\n${Array.from({ length: 3_000 }, (_, i) => `r${i},${i % 10 === 4 ? '' : i}\n`).join('')}`
    const { job } = jobOn(memorySource({ 'a.csv': csv }))
    const report = await job.dryRun({ rows: 100 })
    expect(report.ok).toBe(true)
    expect(report.issues).toEqual([
      {
        code: 'x-no-score',
        severity: 'error',
        message: 'a score is needed',
        key: 'a.csv',
        column: 'score',
        row: 5,
        rows: expect.any(Number),
      },
    ])
    const [file] = report.files
    // Rows come by batches; a few more than asked for may be read.
    expect(file?.rowsRead).toBeGreaterThanOrEqual(100)
    expect(file?.rowsRead).toBeLessThan(108)
    expect(file).toMatchObject({ rowCount: null, rowsRejected: 10 })
    expect(report.issues[0]).toMatchObject({ rows: file?.rowsRejected })
    expect(report.sample?.records).toHaveLength(94)
  })

  test.each([
    [{ onRejected: 'failFile' }, /one is enough/],
    [{ maxRejectedRows: 1 }, /maxRejectedRows allows 1/],
    [{ maxRejectedRatio: 0.1 }, /maxRejectedRatio allows 10 % of 4/],
  ] as const)('fails where the rows read would fail the file (%#)', async (policy, message) => {
    const { job } = jobOn(memorySource({ 'a.csv': 'id,score\na,\nb,1\nc,\nd,1\n' }), policy)
    const report = await job.dryRun()
    expect(report).toMatchObject({ ok: false, validationStatus: 'failed', filePath: 'a.csv', error: { code: 'TOO_MANY_REJECTED', row: 1 } })
    expect(report.error?.message).toMatch(message)
  })

  test('fails where every row that was read is rejected', async () => {
    const csv = `id,score\n${'a,\n'.repeat(500)}b,1\n`
    const report = await jobOn(memorySource({ 'a.csv': csv })).job.dryRun({ rows: 50 })
    expect(report).toMatchObject({ ok: false, error: { code: 'TOO_MANY_REJECTED', row: 1 }, errors: [{ location: { key: 'a.csv' } }] })
  })

  test('one file that fails does not hide the others, and its fix is proposed once', async () => {
    const source = memorySource({
      'a.csv': 'id,prediction,feature/x\n1,yes,2\n',
      'b.csv': 'id,prediction,feature/x\n1,yes,2\n',
      'c.csv': 'PAR1 no',
    })
    const mapper = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'predicton', features: 'feature/' },
    })
    const job = new ImportJob({ id: 'test', source, mapper, sink: () => {}, store: memoryStore(), isolation: 'inline' })
    const report = await job.dryRun()
    expect(report.files.map(({ error }) => error?.code)).toEqual(['SCHEMA_MISMATCH', 'SCHEMA_MISMATCH', expect.stringMatching(/^FORMAT_/)])
    expect(report).toMatchObject({ ok: false, filePath: 'a.csv', error: { code: 'SCHEMA_MISMATCH', row: null } })
    expect(report.fixes).toEqual([{ action: 'rename', field: 'prediction_label', column: 'prediction' }])
    expect(new Set(report.issues.map(({ key }) => key))).toEqual(new Set(['a.csv', 'b.csv']))
  })

  test('hints: columns and types that files do not agree on, files without rows', async () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'score_categorical',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_label: 'label', features: 'feature/' },
    })
    const source = memorySource({
      'a.csv': 'id,label,feature/x,feature/old\n1,yes,2,5\n',
      'b.csv': 'id,label,feature/x\n',
      'z.csv': 'id,label,feature/x,feature/new\n1,yes,two,3\n2,no,3,4\n',
    })
    const job = new ImportJob({ id: 'test', source, mapper, sink: () => {}, store: memoryStore(), isolation: 'inline' })
    const report = await job.dryRun()
    expect(report.hints.map(({ code }) => code)).toEqual(['no-rows', 'columns-differ', 'columns-differ', 'types-differ'])
    expect(report.hints[1]?.message).toBe('"a.csv" lacks the column "feature/new", which "z.csv" has: records of the one are without.')
    expect(report.hints[3]?.message).toMatch(
      /^The files do not agree on the type of the column "feature\/x": int64 in "a.csv", utf8 in "z.csv"/,
    )
    // As an import would: the first file's types hold, and the cell that does not fit is an issue.
    expect(report.issues).toContainEqual(expect.objectContaining({ key: 'z.csv', column: 'feature/x', row: 1, rows: 1 }))
  })

  test('hints: sizes against the sweet spot, and files over the limit', async () => {
    const small = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}.csv`, scoresCsv('a', 9)]))
    const report = await jobOn(memorySource({ ...small, 'big.csv': scoresCsv('b', 1_000) }), { budgets: { fileBytes: 5_000 } }).job.dryRun()
    expect(report.hints.map(({ code, message }) => [code, message])).toEqual([
      ['files-too-large', '1 of 31 files are over 4.9 KiB and will fail, the first of them "big.csv".'],
      ['files-small', 'A file of the middle size (54 bytes) has about 9 rows: few for 31 files.'],
    ])
    // The one that is too large is not among those looked into.
    expect(report.ok).toBe(true)
  })

  test('a named file', async () => {
    const { job } = jobOn(memorySource({ 'a.csv': scoresCsv('a', 1), 'b.csv': scoresCsv('b', 2), '_tmp/c.csv': 'x' }))
    expect(await job.dryRun({ key: 'b.csv' })).toMatchObject({ ok: true, filePath: 'b.csv', files: [{ key: 'b.csv' }], filesMatched: 2 })
    const gone = await job.dryRun({ key: 'B_.csv' })
    expect(gone).toMatchObject({ ok: false, filePath: 'B_.csv', error: { code: 'SOURCE_NOT_FOUND' }, files: [] })
    expect(gone.errors[0]?.remedy).toContain('"b.csv"')
    const hidden = await job.dryRun({ key: '_tmp/c.csv' })
    expect(hidden).toMatchObject({ ok: false, error: { code: 'DRY_RUN_FAILED' } })
    expect(hidden.error?.message).toMatch(
      /would not be imported: it, or a folder it is in, has the name of something unfinished \(temporary\)/,
    )
    await expect(job.dryRun({ rows: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('near misses tell why nothing matches', async () => {
    const objects = { 'Data/A.CSV': scoresCsv('a', 1), 'data/a.csv.zip': 'x', 'other/b.csv': scoresCsv('a', 1) }
    const report = await jobOn(memorySource(objects), { match: ['data/*.csv'] }).job.dryRun()
    expect(report).toMatchObject({ ok: false, filesMatched: 0, filesNotEligible: { match: 3 }, error: { code: 'DRY_RUN_FAILED' } })
    expect(report.nearMisses).toEqual([
      { key: 'data/a.csv.zip', why: '`match` leaves it out' },
      { key: 'other/b.csv', why: '`match` leaves it out' },
      { key: 'Data/A.CSV', why: 'it differs from `match` in case alone' },
    ])
    expect(report.requests?.list).toBe(2)
    const empty = { ...memorySource({}), place: 's3://bucket/in/day.csv.gz/' }
    const file = await jobOn(empty).job.dryRun()
    expect(file.errors[0]).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      remedy: 'The path ends like a file, "day.csv.gz": give the folder that it is in.',
    })
  })

  test('where nothing is, what lies beside the path is named, as far as it may be listed', async () => {
    await using fixture = await S3Fixture.start()
    for (const key of ['readme.txt', 'zoo/b.csv', 'inn/a.csv', 'archive/in/a.csv']) fixture.double.putObject(bucket, key, 'x')
    const { job } = jobOn(fixture.owned('the-key'))
    const report = await job.dryRun()
    expect(report).toMatchObject({ ok: false, error: { code: 'SOURCE_NOT_FOUND' }, requests: { list: 2, head: 0, get: 0 } })
    expect(report.nearMisses.map(({ key }) => key)).toEqual(['inn/', 'archive/', 'zoo/', 'readme.txt'])
    expect(report.errors[0]?.remedy).toContain('Beside it lies "inn/".')
    const deep = jobOn(fixture.owned('the-key', { url: `s3://${bucket}/zoo/x/y/` }))
    expect((await deep.job.dryRun()).nearMisses.map(({ key }) => key)).toEqual(['zoo/b.csv'])
    const top = jobOn(fixture.owned('the-key', { url: `s3://${bucket}/` }))
    expect((await top.job.dryRun()).filesMatched).toBe(3)
    fixture.double.fault({ operation: 'ListObjectsV2', kind: 'accessDenied', when: ({ query }) => query.delimiter !== undefined, times: 9 })
    expect(await job.dryRun()).toMatchObject({ nearMisses: [], errors: [{ code: 'SOURCE_NOT_FOUND' }] })
  })

  test('a place that is not proven to be theirs is not listed, and no key of it is told', async () => {
    const inner = memorySource({ 'secret-name.csv': scoresCsv('a', 1) })
    const source: ObjectSource = {
      ...inner,
      checkOwnership: async () => {
        throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', 'The tag is another.', { remedy: 'Set the tag.' })
      },
    }
    const report = await jobOn(source).job.dryRun()
    expect(report).toMatchObject({ ok: false, error: { code: 'SOURCE_OWNERSHIP_MISMATCH', row: null }, files: [], filePath: null })
    expect(JSON.stringify(report) + dryRunText(report)).not.toContain('secret-name')
    expect(inner.requestCounts?.()).toEqual({ list: 0, head: 0, get: 0 })
  })

  test('a finding of access that is not granted fails it, with its code', async () => {
    const check = async (): Promise<AccessFinding[]> => [
      { permission: 's3:ListBucket', ok: true, message: 'Fine.' },
      { permission: 's3:GetObject', ok: false, code: 'GET_DENIED', message: 'Denied.', remedy: 'Allow it.' },
    ]
    const report = await jobOn({ ...memorySource({ 'a.csv': scoresCsv('a', 1) }), check }).job.dryRun()
    expect(report).toMatchObject({ ok: false, error: { code: 'GET_DENIED', message: 's3:GetObject: Denied.' } })
    expect(dryRunText(report)).toContain('FAIL s3:GetObject: Denied.\n       Allow it.')
  })

  test('its text is a page without control characters and without cells', async () => {
    const report = await jobOn(memorySource({ 'a\u202egpj.csv': 'id,score\nhush-hush,\nok,1\n', 'b.docx': 'x' })).job.dryRun()
    const text = dryRunText(report)
    expect(text).toBe(
      [
        'Dry run of test: success',
        '  memory:',
        '',
        'Files',
        '  1 would be imported, 25 bytes',
        '  skipped: 1 unknown_extension',
        '    a\\u202egpj.csv',
        '  not imported: b.docx: no decoder reads files named like it (unknown_extension)',
        '',
        'Looked into',
        '  a\\u202egpj.csv: csv, 25 bytes; 2 columns, 2 mapped; rows: 2 read, 1 accepted, 1 rejected',
        '',
        'Issues',
        '  error x-no-score: a score is needed (column score, row 1)',
        '',
        'Requests: 1 LIST, 0 HEAD, 1 GET; those of the access checks apart',
      ].join('\n'),
    )
  })
})

describe('what a dry run costs', () => {
  const small = scoresCsv('a', 2_000)

  test.each([
    ['csv', async () => small],
    ['csv.gz', async () => gzipSync(small)],
    ['parquet', async () => (await parquetFile()).bytes],
  ] as const)('a small %s file is one GET', async (extension, bytes) => {
    for (const isolation of ['inline', 'thread'] as const) {
      const source = readCounting({ [`a.${extension}`]: await bytes() })
      const mapper = modelSchema({
        model: 'm',
        modelType: 'numeric',
        environment: 'production',
        schema: { prediction_id: 'id', prediction_score: 'score', exclude: ['ts', 'vector'] },
      })
      const job = new ImportJob({ id: 'test', source, mapper, sink: () => {}, store: memoryStore(), isolation })
      const report = await job.dryRun({ key: `a.${extension}`, rows: 100 })
      expect(report.errors).toEqual([])
      expect(report).toMatchObject({ ok: true, requests: { list: 1, head: 0, get: 1 } })
    }
  })

  test('a large CSV file costs its head, and its rest only when more rows are asked for than that holds', async () => {
    const wide = 'x'.repeat(1_000)
    const source = readCounting({ 'a.csv': `id,score,note\n${`a,1,${wide}\n`.repeat(9_000)}` })
    const { job } = jobOn(source)
    expect(await job.dryRun({ key: 'a.csv', rows: 500 })).toMatchObject({ ok: true, requests: { list: 1, head: 0, get: 1 } })
    expect(await job.dryRun({ key: 'a.csv', rows: 4_000 })).toMatchObject({ ok: true, requests: { list: 1, head: 0, get: 2 } })
  })

  // As many as it takes to be cut, or with LADING_SCALE=all as many as are meant.
  const inDouble = process.env.LADING_SCALE === 'all' ? 100_000 : 11_000
  const keys = (n: number): string[] =>
    Array.from({ length: n }, (_, i) => `dt=${String(Math.floor(i / 200)).padStart(3, '0')}/${String(i).padStart(6, '0')}.csv`)

  function checkCosts(named: DryRunReport<Score>, whole: DryRunReport<Score>): void {
    console.info(
      [named, whole]
        .map(({ requests, filesMatched, listedAll }) => `${JSON.stringify(requests)} ${listedAll ? '' : 'at least '}${filesMatched}`)
        .join('\n'),
    )
    for (const report of [named, whole]) expect(report).toMatchObject({ ok: true, listedAll: false })
    expect(named.requests?.list).toBe(1)
    expect((named.requests?.get ?? 0) + (named.requests?.head ?? 0)).toBeLessThanOrEqual(2)
    expect(whole.requests).toEqual({ list: 10, head: 0, get: 3 })
    expect(whole.filesMatched).toBe(10_000)
    expect(dryRunText(whole)).toContain('at least 10000 would be imported')
  }

  test('100,000 keys in memory: a named file 1 LIST and at most 2 more, without one 10 LIST', async () => {
    const all = keys(100_000)
    const content = 'id,score\na,1\n'
    const one = readCounting({ x: content })
    const described = (key: string): ObjectInfo => ({ key, version: 'v', size: content.length, lastModified: null })
    const stored = await one.stat?.('x', { signal })
    let [list, head] = [0, 0]
    const source: ObjectSource = {
      ...one,
      async *list() {
        for (let at = 0; at < all.length; at += 1_000) {
          list++
          yield all.slice(at, at + 1_000).map(described)
        }
      },
      async stat(key) {
        head++
        return described(key)
      },
      open: (object, options) => one.open(stored ?? object, options),
      requestCounts: () => ({ list, head, get: one.requestCounts?.().get ?? 0 }),
    }
    const { job } = jobOn(source)
    checkCosts(await job.dryRun({ key: all[77_777] as string }), await job.dryRun())
  })

  test(`${inDouble.toLocaleString('en-US')} keys in the S3 double: the same, as its log has it`, async () => {
    await using fixture = await S3Fixture.start()
    const all = keys(inDouble)
    for (const key of all) fixture.put(key, 'id,score\na,1\n')
    const source = fixture.owned('the-key')
    const { job } = jobOn(source)
    const named = await job.dryRun({ key: `in/${all[9_999]}` })
    fixture.double.clearRequests()
    const access = await source.check?.({ signal })
    expect(access?.every(({ ok }) => ok)).toBe(true)
    await source.checkOwnership?.({ signal })
    const ofAccess = fixture.double.requests.length
    fixture.double.clearRequests()
    const whole = await job.dryRun()
    checkCosts(named, whole)
    const { list, get } = whole.requests as RequestCounts
    expect(fixture.double.requests.length - ofAccess).toBe(list + get)
    expect(whole.place).toBe(`s3://${bucket}/in/`)
  })
})
