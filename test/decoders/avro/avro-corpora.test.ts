import { describe, expect, it } from 'vitest'
import { avroDecoder } from '../../../src/decoders/avro/avro-decoder.js'
import { corpora, skipNote } from '../corpora.js'
import { sweep } from '../parquet/corpus-sweep.js'

/** Files whose outcome differs for a reason, by name. */
const exceptions = new Map([['bad-varint-bug.avro.gz', 'a lawful file that another reader could not read']])

describe.skipIf(corpora === undefined)(`Avro files of others${skipNote}`, () => {
  it('decode or are refused as they should', { timeout: 300_000 }, async () => {
    expect(await sweep(avroDecoder(), exceptions)).toEqual([])
  })
})
