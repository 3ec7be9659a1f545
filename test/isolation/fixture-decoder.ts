import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import type { Json } from '../../src/model/json.js'

export const fixtures = new URL('./fixtures/hostile-decoder.mjs', import.meta.url).href

/** The host's view of a decoder that is made on the far side alone. */
export function fixtureDecoder(name: 'hostileDecoder' | 'curiousDecoder' | 'countingDecoder', options: Json): FileDecoder {
  return {
    format: name,
    revision: '1',
    extensions: ['.x'],
    portable: { module: fixtures, export: name, options },
    matches: () => true,
    open: () => Promise.reject(new Error('This decoder is never opened on the host.')),
  }
}
