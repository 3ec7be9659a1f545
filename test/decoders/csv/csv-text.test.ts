import { expect, it } from 'vitest'
import { CsvText, WINDOW_BYTES } from '../../../src/decoders/csv/csv-text.js'
import { fileBytes } from '../file-bytes.js'

const row = (length: number): string => `${'x'.repeat(length - 1)}\n`

it('stays in the window it was given, but for a row that has no room there', async () => {
  const rows = [...Array.from({ length: 2_000 }, () => row(333)), row(900_000), ...Array.from({ length: 2_000 }, () => row(331))]
  const window = Buffer.from(new ArrayBuffer(WINDOW_BYTES))
  const text = new CsvText(fileBytes(rows.join('')), window)
  text.follow(new AbortController().signal)
  const lengths: number[] = []
  const elsewhere: number[] = []
  let from = 0
  while (!text.ended) {
    await text.more(from)
    from = 0
    for (;;) {
      const end = text.bytes.indexOf(10, from)
      if (end >= text.to) break
      lengths.push(end + 1 - from)
      if (text.bytes !== window) elsewhere.push(end + 1 - from)
      from = end + 1
    }
  }
  expect(lengths).toEqual(rows.map((one) => one.length))
  // What was read together with the end of the long row lies beside it.
  expect(elsewhere[0]).toBe(900_000)
  expect(elsewhere.length).toBeLessThan(500)
})
