import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileWriter } from '../../src/contracts/sink.js'
import type { SinkFile } from '../../src/model/file.js'
import { type NdjsonSinkOptions, ndjsonSink } from '../../src/sinks/ndjson/ndjson-sink.js'
import { mappedBatch } from '../../src/testing/mapped-batch.js'
import { type SinkUnderTest, type StoredRow, sinkCasesFor } from '../../src/testing/sink-contract.js'
import { installProbe, type ProbePoint } from '../../src/util/probe.js'
import { sinkFile } from './sink-file.js'

const options = { signal: new AbortController().signal }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-ndjson-'))
})
afterEach(async () => {
  installProbe(undefined)
  await rm(folder, { recursive: true, force: true })
})

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function committed(): Promise<{ receipt: Record<string, unknown>; lines: Record<string, unknown>[] }[]> {
  const files = join(folder, 'files')
  if (!(await exists(files))) return []
  return Promise.all(
    (await readdir(files)).map(async (name) => ({
      receipt: JSON.parse(await readFile(join(files, name, 'receipt.json'), 'utf8')) as Record<string, unknown>,
      lines: (await readFile(join(files, name, 'data.ndjson'), 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    })),
  )
}

async function readRows(): Promise<StoredRow[]> {
  return (await committed()).flatMap(({ lines }) =>
    lines.map(({ _key, _version, _generation, _row, ...record }) => {
      return { key: _key, version: _version, generation: _generation, row: _row, ...record } as unknown as StoredRow
    }),
  )
}

async function open(file: SinkFile, more: Partial<NdjsonSinkOptions> = {}): Promise<FileWriter<object>> {
  const answer = await ndjsonSink({ folder, ...more }).begin(file, options)
  if (!('write' in answer)) throw new Error('a receipt where a writer was expected')
  return answer
}

/** What is left under `stage/`, without the hashes: `fence/…` entries. */
async function staged(): Promise<string[]> {
  const stage = join(folder, 'stage')
  const entries = await readdir(stage, { recursive: true })
  return entries
    .filter((entry) => entry.includes('/'))
    .map((entry) => entry.slice(entry.indexOf('/') + 1))
    .sort()
}

describe('ndjsonSink keeps the sink contract', () => {
  async function makeNdjson(): Promise<SinkUnderTest> {
    const make = () => ndjsonSink({ folder, provenance: true })
    return { sink: make(), another: async () => make(), read: readRows }
  }
  for (const { name, run } of sinkCasesFor({ delivery: 'transactional' })) test(name, () => run(makeNdjson))
})

describe('ndjsonSink', () => {
  test('writes one JSON object a line, and a receipt that says of what file', async () => {
    const writer = await open(sinkFile({ jobId: 'j', key: 'x/y.csv', version: 'e:1:2', generation: 3, fence: 8 }))
    const record = {
      text: 'line\n"two"\u2028',
      none: null,
      absent: undefined,
      small: 7n,
      big: 9_007_199_254_740_993n,
      nan: Number.NaN,
      zero: -0,
      at: new Date('2026-01-02T03:04:05.006Z'),
      never: new Date(Number.NaN),
      bytes: new Uint8Array([1, 2, 255]),
      vector: new Float32Array([0.5, Number.POSITIVE_INFINITY]),
      features: Object.assign(Object.create(null), { a: 1, 'b c': [true, null] }) as object,
    }
    await writer.write(mappedBatch([record]), options)
    const receipt = await writer.commit({ rows: 1, rejected: 4 }, options)
    const [file] = await committed()
    expect(file?.lines).toEqual([
      {
        text: 'line\n"two"\u2028',
        none: null,
        small: 7,
        big: '9007199254740993',
        nan: null,
        zero: 0,
        at: '2026-01-02T03:04:05.006Z',
        never: null,
        bytes: 'AQL/',
        vector: [0.5, null],
        features: { a: 1, 'b c': [true, null] },
      },
    ])
    expect(file?.receipt).toEqual({
      jobId: 'j',
      key: 'x/y.csv',
      version: 'e:1:2',
      generation: 3,
      sourceTime: '2026-01-01T00:00:00.000Z',
      ...receipt,
    })
  })

  test('provenance comes first and wins over keys of the record', async () => {
    const writer = await open(sinkFile({ key: 'k' }), { provenance: true })
    await writer.write(mappedBatch<object>([{ _row: 'mine', a: 1 }, {}], { firstRow: 5 }), options)
    await writer.commit({ rows: 2, rejected: 0 }, options)
    const origin = { _key: 'k', _version: 'e:one:10', _generation: 1 }
    expect((await committed())[0]?.lines).toEqual([
      { ...origin, _row: 5, a: 1 },
      { ...origin, _row: 6 },
    ])
  })

  test('the newest fence stays as an empty folder, after commit and after abort; older ones go', async () => {
    const first = await open(sinkFile({ fence: 3 }))
    expect(await staged()).toEqual(['3', '3/out', '3/out/data.ndjson'])
    await first.abort('stopped', options)
    expect(await staged()).toEqual(['3'])
    const second = await open(sinkFile({ fence: 4 }))
    await second.commit({ rows: 0, rejected: 0 }, options)
    expect(await staged()).toEqual(['4'])
    await ndjsonSink({ folder }).begin(sinkFile({ fence: 6 }), options)
    expect(await staged()).toEqual(['6'])
    await expect(ndjsonSink({ folder }).begin(sinkFile({ fence: 5 }), options)).rejects.toMatchObject({
      code: 'FENCED',
      cause: { fence: 6 },
    })
    expect(await staged()).toEqual(['6'])
  })

  test('a dead worker’s staging is removed by the next claim, half-dropped staging too', async () => {
    const dead = await open(sinkFile({ fence: 1 }))
    await dead.write(mappedBatch([{ a: 1 }]), options)
    installProbe((point) => {
      if (point === 'P24') throw new Error('killed')
    })
    await expect(dead.abort('stopped', options)).rejects.toMatchObject({ code: 'SINK_FAILED' })
    expect(await staged()).toEqual(['1', '1/dead', '1/dead/data.ndjson'])
    installProbe(undefined)
    const writer = await open(sinkFile({ fence: 2 }))
    await writer.abort('stopped', options)
    expect(await staged()).toEqual(['2'])
  })

  test.each(['P19', 'P20'] satisfies ProbePoint[])('a commit that was overtaken at %s finds its folder gone: FENCED', async (at) => {
    const zombie = await open(sinkFile({ fence: 1 }), { provenance: true })
    await zombie.write(mappedBatch([{ id: 'z', amount: 1 }]), options)
    let successor: FileWriter<object> | undefined
    installProbe(async (point, { fence }) => {
      if (point === at && fence === 1) successor = await open(sinkFile({ fence: 2 }), { provenance: true })
    })
    await expect(zombie.commit({ rows: 1, rejected: 0 }, options)).rejects.toMatchObject({ code: 'FENCED', location: { key: 'a/1.csv' } })
    expect(await committed()).toEqual([])
    await zombie.abort('fenced', options)
    await successor?.write(mappedBatch([{ id: 'a', amount: 2 }]), options)
    await successor?.commit({ rows: 1, rejected: 0 }, options)
    expect((await readRows()).map(({ id }) => id)).toEqual(['a'])
  })

  test('a begin that was overtaken before it made its folder is fenced', async () => {
    installProbe(async (point, { fence }) => {
      if (point === 'P10' && fence === 1) await open(sinkFile({ fence: 2 }))
    })
    await expect(open(sinkFile({ fence: 1 }))).rejects.toMatchObject({ code: 'FENCED' })
    expect(await staged()).toEqual(['2', '2/out', '2/out/data.ndjson'])
  })

  test('an error after the rename changes nothing: the next claim finds the receipt', async () => {
    const writer = await open(sinkFile({ fence: 1 }))
    await writer.write(mappedBatch([{ a: 1 }]), options)
    installProbe((point) => {
      if (point === 'P21') throw new Error('reply lost')
    })
    await expect(writer.commit({ rows: 1, rejected: 0 }, options)).rejects.toThrow()
    installProbe(undefined)
    await writer.abort('in doubt', options)
    expect(await ndjsonSink({ folder }).begin(sinkFile({ fence: 2 }), options)).toMatchObject({ rows: 1, fence: 1 })
  })

  test('a receipt that cannot be read is an error, never "not committed"', async () => {
    await (await open(sinkFile({ fence: 1 }))).commit({ rows: 0, rejected: 0 }, options)
    const [name = ''] = await readdir(join(folder, 'files'))
    await writeFile(join(folder, 'files', name, 'receipt.json'), '{"rows":')
    await expect(ndjsonSink({ folder }).begin(sinkFile({ fence: 2 }), options)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      scope: 'file',
    })
  })

  test('a folder that cannot be used is an outage with a remedy', async () => {
    const asFile = join(folder, 'file')
    await writeFile(asFile, '')
    await expect(ndjsonSink({ folder: join(asFile, 'sub') }).begin(sinkFile(), options)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      scope: 'job',
      retryable: true,
      remedy: expect.stringContaining('folder') as string,
    })
    const writer = await open(sinkFile())
    await rm(join(folder, 'files'), { recursive: true })
    await expect(writer.commit({ rows: 0, rejected: 0 }, options)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
  })

  test.skipIf(process.getuid?.() === 0)('a folder without permission is an outage', async () => {
    await mkdir(join(folder, 'closed'))
    await chmod(join(folder, 'closed'), 0o500)
    await expect(ndjsonSink({ folder: join(folder, 'closed') }).begin(sinkFile(), options)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    })
  })

  test('refuses to be made without a folder', () => {
    expect(() => ndjsonSink({ folder: '' })).toThrow(/needs a folder/)
  })
})
