import { describe, expect, test } from 'vitest'
import { ImportError, parseModelSchema, suggestionText, suggestSchema } from '../../src/index.js'
import { corpora, corpusFiles, skipNote } from '../decoders/corpora.js'

const extensions = { csv: '.csv', parquet: '.parquet', avro: '.avro', arrow: '.arrow' } as const
/** One in so many, and all that were made to harm. */
const oneIn = 6

describe.skipIf(corpora === undefined)(`public and hostile files of all formats${skipNote}`, () => {
  test.each(Object.entries(extensions))('%s: a suggestion or a typed error', { timeout: 120_000 }, async (format, extension) => {
    const files = corpusFiles(format).filter(({ path }, i) => path.startsWith('handmade-hostile') || i % oneIn === 0)
    const outcomes: Record<string, number> = {}
    for (const { path, bytes } of files) {
      const outcome = await suggestSchema({ name: `x${extension}`, bytes: bytes() }, { isolation: 'inline', rows: 200 }).then(
        (suggestion) => {
          suggestionText(suggestion)
          if (suggestion.options !== null) parseModelSchema(suggestion.options)
          expect([path, suggestion.preview?.ok ?? true]).toEqual([path, true])
          return suggestion.options === null ? 'nothing to propose' : 'proposed'
        },
        (error: unknown) => (error instanceof ImportError ? error.code : `${path}: ${String(error)}`),
      )
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    console.info(`${format}: ${JSON.stringify(outcomes)}`)
    const known = /^(nothing to propose|proposed|FILE_CORRUPT|FORMAT_UNKNOWN|FORMAT_UNSUPPORTED|FORMAT_MISMATCH|BUDGET_EXCEEDED)$/
    expect(Object.keys(outcomes).filter((outcome) => !known.test(outcome))).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })
})
