import { describe, expect, test } from 'vitest'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import type { Budgets } from '../../src/model/budgets.js'
import { exchangeInput, farSides, fileContext, readAll } from './exchange-input.js'
import { fixtureDecoder } from './fixture-decoder.js'

const MiB = 1024 * 1024
const budgets: Partial<Budgets> = { pulseMs: 100, silentMs: 800, farSideBytes: 128 * MiB }
const csv = Buffer.from('id\na\nb\n')

/** Deed of the decoder, code of the error, words of its message. */
const inProcess: readonly (readonly [deed: string, code: string, words: RegExp])[] = [
  ['abort', 'DECODER_DIED', /signal SIGABRT/],
  ['engineAbort', 'DECODER_DIED', /signal SIG/],
  ['loop', 'DECODER_SILENT', /0\.8 s/],
  ['nativeLoop', 'DECODER_SILENT', /0\.8 s/],
  ['typedArrays', 'DECODER_MEMORY', /memory/],
  ['heap', 'DECODER_MEMORY', /memory/],
  ['exit', 'DECODER_DIED', /status 7/],
  ['rejects', 'DECODER_DIED', /status 1/],
  ['throws', 'DECODER_FAILED', /hostileDecoder|hostile/],
  ['halfFrame', 'DECODER_SILENT', /0\.8 s/],
  ['halfFrameAndExit', 'DECODER_DIED', /status 0/],
  ['falseMagic', 'DECODER_DIED', /begins with other bytes/],
  ['hugeHeader', 'DECODER_DIED', /header of 4294967295 bytes/],
  ['hugeBody', 'DECODER_DIED', /body of/],
  ['noJson', 'DECODER_DIED', /no JSON/],
  ['noCredit', 'DECODER_DIED', /without credit/],
]

const anywhere: readonly (readonly [deed: string, code: string, words: RegExp])[] = [
  ['noMessage', 'DECODER_DIED', /a message is not an object/],
  ['unknownWord', 'DECODER_DIED', /"toString" out of turn/],
  ['schemaAgain', 'DECODER_DIED', /"schema" out of turn/],
  ['shortBody', 'DECODER_DIED', /not a whole number from 0 to 8/],
  ['longColumn', 'DECODER_DIED', /16 bytes where 1600 belong/],
  ['hugeColumn', 'DECODER_DIED', /items of a fixed list/],
  ['wildOffsets', 'DECODER_DIED', /beyond/],
  ['unknownDictionary', 'DECODER_DIED', /dictionary 3 was never sent/],
  ['manyRanges', 'DECODER_DIED', /more than 4 ranges/],
  ['rangeOutside', 'DECODER_DIED', /end of a range/],
  ['muchCredit', 'DECODER_DIED', /stream credit/],
  ['engineCode', 'DECODER_FAILED', /ended with FENCED/],
]

const inThread: readonly (readonly [deed: string, code: string, words: RegExp])[] = [
  ['abort', 'DECODER_FAILED', /hostile/],
  ['loop', 'DECODER_SILENT', /0\.8 s/],
  ['nativeLoop', 'DECODER_SILENT', /0\.8 s/],
  ['heap', 'DECODER_MEMORY', /memory/],
  ['exit', 'DECODER_DIED', /status 7/],
  ['rejects', 'DECODER_DIED', /status 1/],
]

describe.each(farSides)('a hostile far side as $name', ({ name, engine }) => {
  const input = (deed: string, when = 'batches') =>
    exchangeInput(fixtureDecoder('hostileDecoder', { deed, when }), {
      // A full heap takes its time to be found full.
      budgets: deed === 'heap' ? { ...budgets, silentMs: 10_000 } : budgets,
      bytes: new Uint8Array(100),
      // Slow, so that what is asked for stays open.
      stored: { read: () => new Promise(() => {}) },
    })

  test.each([...(name === 'process' ? inProcess : inThread), ...anywhere])('%s: %s', async (deed, code, words) => {
    await expect(readAll(engine, input(deed))).rejects.toMatchObject({ code, scope: 'file', message: expect.stringMatching(words) })
    // The host lives, and the next file is read.
    expect((await readAll(engine, exchangeInput(csvDecoder(), { bytes: csv }))).batches).toHaveLength(1)
  })

  test.each(['loop', 'exit', 'unknownWord'])('%s while the file is opened', async (deed) => {
    await expect(readAll(engine, input(deed, 'open'))).rejects.toMatchObject({
      code: deed === 'loop' ? 'DECODER_SILENT' : 'DECODER_DIED',
      retryable: true,
    })
  })

  test('the rows before come out before the error', async () => {
    const given = input('exit')
    const exchange = await engine.open(given)
    const { schema } = exchange
    const { rows } = exchange.start({ schema, file: fileContext(given), batchRows: 2048, batchBytes: 1e6 })
    const seen: number[] = []
    const reading = (async () => {
      for await (const { firstRow } of rows) seen.push(firstRow)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'DECODER_DIED' })
    expect(seen).toEqual([1])
    await exchange.close()
  })

  test('a deadline ends what lives and goes on', async () => {
    await expect(
      readAll(
        engine,
        exchangeInput(fixtureDecoder('countingDecoder', { batches: 1e9 }), {
          budgets: { fileDeadlineMs: 600 },
          stored: { size: 1e9, read: async () => new Uint8Array(1) },
        }),
      ),
    ).rejects.toMatchObject({ code: 'DECODER_DEADLINE', retryable: true })
  })
})
