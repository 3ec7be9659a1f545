import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import { SourceError } from '../../src/errors.js'
import type { IsolationEngine } from '../../src/isolation/exchange.js'
import { farEngine } from '../../src/isolation/host/far-engine.js'
import { FarSidePool } from '../../src/isolation/host/far-side-pool.js'
import { entry, exchangeInput, farSides, fileContext, type InputOptions, readAll } from './exchange-input.js'
import { fixtureDecoder, fixtures } from './fixture-decoder.js'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const endless = (options: InputOptions = {}) =>
  exchangeInput(fixtureDecoder('countingDecoder', { batches: 1e9 }), {
    ...options,
    stored: { size: 1e9, read: async () => new Uint8Array(1), ...options.stored },
  })

async function begin(engine: IsolationEngine, input: ReturnType<typeof endless>) {
  const exchange = await engine.open(input)
  const { rows } = exchange.start({ schema: exchange.schema, file: fileContext(input), batchRows: 2048, batchBytes: 4e6 })
  return { exchange, rows: rows[Symbol.asyncIterator]() }
}

describe.each(farSides)('bounds: $name', ({ name, engine }) => {
  test('a sink that takes nothing stops the decoder', async () => {
    let reads = 0
    const read = async (): Promise<Uint8Array> => {
      reads++
      return new Uint8Array(1)
    }
    const { exchange, rows } = await begin(engine, endless({ stored: { read } }))
    await rows.next()
    await pause(150)
    const stopped = reads
    await pause(150)
    // One was taken, two are ahead, one more waits for its turn.
    expect(reads).toBe(stopped)
    expect(reads).toBeLessThanOrEqual(5)
    for (let i = 0; i < 50; i++) expect((await rows.next()).value?.firstRow).toBe(8 * (i + 1) + 1)
    await exchange.close()
  })

  test('a slow decoder stops the source: no more than the window is sent', async () => {
    const size = 8_000_000
    const text = Buffer.from(`id,word\n${'12345,abcdefghijklmnopqrst\n'.repeat(size / 27)}`)
    let sent = 0
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < text.length; at += 65_536) {
        sent = at + 65_536
        yield text.subarray(at, at + 65_536)
      }
    }
    const { exchange, rows } = await begin(
      engine,
      exchangeInput(csvDecoder(), { bytes: text, stored: { stream }, budgets: { inputBytes: 256 * 1024, batchRows: 512 } }),
    )
    await rows.next()
    await pause(300)
    const stopped = sent
    await pause(200)
    expect(sent).toBe(stopped)
    expect(sent).toBeLessThan(4_000_000)
    await exchange.close()
  })

  test('an error of the source comes out as it was thrown', async () => {
    const refused = new SourceError('OBJECT_CHANGED', 'Another version is there.', { retryable: false })
    const input = exchangeInput(csvDecoder(), {
      stored: {
        size: 1_000,
        async *stream() {
          yield Buffer.from('id\na\n')
          throw refused
        },
      },
    })
    await expect(readAll(engine, input)).rejects.toBe(refused)
    await expect(
      readAll(
        engine,
        exchangeInput(fixtureDecoder('countingDecoder', { batches: 3 }), { stored: { size: 10, read: () => Promise.reject(refused) } }),
      ),
    ).rejects.toBe(refused)
  })

  test('gives the rows of batches with 3,000 columns', async () => {
    const decoder = fixtureDecoder('countingDecoder', { batches: 5, wide: 3_000 })
    const { batches } = await readAll(engine, exchangeInput(decoder, { bytes: new Uint8Array(10) }))
    expect(batches).toHaveLength(5)
  })

  test('an abort settles within 100 ms, whatever the far side does', async () => {
    for (const deed of ['loop', 'nativeLoop']) {
      const abort = new AbortController()
      const { exchange, rows } = await begin(engine, exchangeInput(fixtureDecoder('hostileDecoder', { deed }), { signal: abort.signal }))
      await rows.next()
      const next = rows.next()
      next.catch(() => {})
      await pause(100)
      const asked = performance.now()
      abort.abort(new Error('enough'))
      await expect(next).rejects.toThrow('enough')
      await exchange.close()
      expect(performance.now() - asked).toBeLessThan(100)
    }
    const aborted = AbortSignal.abort(new Error('too late'))
    await expect(engine.open(endless({ signal: aborted }))).rejects.toThrow('too late')
  })

  test('an abort while a file waits for its turn, or for its start', async () => {
    const own = farEngine(name, entry, new FarSidePool(1))
    const first = await begin(own, endless())
    const abort = new AbortController()
    const second = own.open(endless({ signal: abort.signal }))
    second.catch(() => {})
    const third = own.open(endless())
    abort.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    await first.exchange.close()
    const exchange = await third
    await exchange.close()
  })

  test('close before the end leaves nothing behind, and rows asked for later say so', async () => {
    const { exchange, rows } = await begin(engine, endless())
    await rows.next()
    await exchange.close()
    await expect(rows.next()).rejects.toMatchObject({ code: 'DECODER_ABORTED' })
  })

  test('a host whose loop stands still does not take that for silence', async () => {
    const { exchange, rows } = await begin(engine, endless({ budgets: { silentMs: 700, pulseMs: 100 } }))
    await rows.next()
    const until = performance.now() + 1_500
    while (performance.now() < until);
    await pause(600)
    for (let i = 0; i < 20; i++) await rows.next()
    await exchange.close()
  })
})

describe('the pool', () => {
  const pidsOf = async (engine: ReturnType<typeof farEngine>, input: ReturnType<typeof exchangeInput>) => {
    await readAll(engine, input)
    return children()
  }
  const children = (): string[] =>
    execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('lading-far-side'))
  const bytes = Buffer.from('id\na\n')

  test('a process serves files of its own job again, and a suspect file has one of its own', async () => {
    const engine = farEngine('process', entry, new FarSidePool(1))
    const before = children()
    const fresh = (lines: string[]): string[] => lines.filter((line) => !before.includes(line))
    const first = fresh(await pidsOf(engine, exchangeInput(csvDecoder(), { bytes })))
    expect(first).toHaveLength(1)
    expect(fresh(await pidsOf(engine, exchangeInput(csvDecoder(), { bytes })))).toEqual(first)
    const other = fresh(await pidsOf(engine, { ...exchangeInput(csvDecoder(), { bytes }), jobId: 'another' }))
    expect(other.filter((line) => first.includes(line))).toEqual([])
    await pause(50)
    await pidsOf(engine, { ...exchangeInput(csvDecoder(), { bytes }), alone: true })
    await pause(100)
    expect(fresh(children())).toEqual([])
  })
})

describe('what a decoder can reach in a process', () => {
  test('no file but the package, no program, no environment, no flag of the host', async () => {
    const { batches } = await readAll(
      farEngine('process', entry, new FarSidePool(1)),
      exchangeInput(fixtureDecoder('curiousDecoder', { path: '/etc/passwd' })),
    )
    const found = (batches as { columns: { values: string[] }[] }[])[0]?.columns[0]?.values as string[]
    expect(found.slice(0, 3)).toEqual(['ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED', '[]'])
    expect(found[3]).not.toContain('conditions')
    expect(found[4]).toBe('false')
  })

  test('a part that says no place to be made is refused', async () => {
    const { portable, ...local } = csvDecoder()
    await expect(readAll(farEngine('process', entry), exchangeInput(local))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      remedy: expect.stringContaining("isolation: 'inline'"),
    })
    expect(portable).toBeDefined()
  })

  test('a part that is not there is the fault of the part', async () => {
    for (const wrong of [
      { module: 'file:///nowhere.mjs', export: 'x' },
      { module: fixtures, export: 'nothing' },
      { module: 'lading/worker', export: 'toString' },
    ]) {
      const decoder = { ...csvDecoder(), portable: { ...wrong, options: null } }
      await expect(readAll(farEngine('process', entry), exchangeInput(decoder))).rejects.toMatchObject({ code: 'DECODER_FAILED' })
    }
    const mapper = {
      signature: 's',
      portable: { module: fixtures, export: 'nothing', options: null },
      compile: () => ({ reads: [], apply: () => ({}), build: () => [] }),
    }
    await expect(
      readAll(
        farEngine('process', entry),
        exchangeInput(csvDecoder(), { bytes: Buffer.from('id\na\n'), mapper: mapper as unknown as SchemaMapper<unknown> }),
      ),
    ).rejects.toMatchObject({ code: 'DECODER_FAILED' })
  })
})
