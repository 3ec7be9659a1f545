import {
  CompressionType,
  compressionRegistry,
  Int32,
  RecordBatchStreamWriter,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { bufferCodec } from '../../../src/decoders/arrow/buffer-codec.js'
import { unpackLz4Block } from '../../../src/decoders/arrow/lz4-block.js'
import { unpackLz4Frames } from '../../../src/decoders/arrow/lz4-frame.js'
import { xxhash32 } from '../../../src/decoders/arrow/xxhash32.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { packedSamples, sampleText } from './packed-samples.js'

const text = sampleText()
const size = text.length
const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const budget = 1 << 28

describe('LZ4 frames', () => {
  test.each(Object.entries(packedSamples.lz4))('of the reference tool: %s', (_, packed) => {
    expect(asText(unpackLz4Frames(packed, size))).toBe(text)
  })

  test('may follow each other, with others to be stepped over between them', () => {
    const { plain, linked } = packedSamples.lz4
    const stepped = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9)
    expect(asText(unpackLz4Frames(Buffer.concat([plain, stepped, linked]), 2 * size))).toBe(text + text)
  })

  test('unpack to the announced size and nothing else', () => {
    for (const packed of Object.values(packedSamples.lz4)) {
      for (const wrong of [0, 1, size - 1, size + 1, 65_536]) expect(() => unpackLz4Frames(packed, wrong)).toThrow(RangeError)
    }
    expect(unpackLz4Frames(new Uint8Array(0), 0)).toHaveLength(0)
  })

  test('cut anywhere or with any bit flipped are refused: every byte is under a checksum', () => {
    const { linked } = packedSamples.lz4
    for (let length = 1; length < linked.length; length += 3)
      expect(() => unpackLz4Frames(linked.subarray(0, length), size)).toThrow(RangeError)
    for (let bit = 0; bit < 8 * linked.length; bit += bit < 200 ? 1 : 37) {
      const flipped = linked.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(() => unpackLz4Frames(flipped, size)).toThrow(RangeError)
    }
  })

  test('of any bytes never write beyond the output', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(200), (block, most) => {
        const output = new Uint8Array(most)
        try {
          expect(unpackLz4Block(block, output, 0, 0)).toBeLessThanOrEqual(most)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })

  test('xxHash of the published examples', () => {
    const hash = (of: string) => xxhash32(new TextEncoder().encode(of)).toString(16)
    expect(hash('')).toBe('2cc5d05')
    expect(hash('a')).toBe('550d7456')
    expect(hash('abc')).toBe('32d153ff')
    expect(hash('Nobody inspects the spammish repetition')).toBe('e2293b2f')
  })
})

describe('Zstandard frames', () => {
  test.each(Object.entries(packedSamples.zstd))('of the reference tool: %s', async (_, packed) => {
    const unpack = await bufferCodec('zstd', budget)
    const output = unpack(packed, size)
    expect(asText(output)).toBe(text)
    expect(output.byteLength).toBe(output.buffer.byteLength)
    for (const wrong of [0, 1, size - 1, size + 1]) {
      if (wrong === 0) expect(unpack(packed, wrong)).toHaveLength(0)
      else expect(() => unpack(packed, wrong)).toThrow()
    }
    for (let length = 4; length < packed.length; length += 7) expect(() => unpack(packed.subarray(0, length), size)).toThrow()
  })

  test('that do not say their size are held against the budget before anything is unpacked', async () => {
    // Only the script needs the guard: the platform's takes a limit.
    if ('zstdDecompressSync' in (await import('node:zlib'))) return
    const unpack = await bufferCodec('zstd', 100_000)
    expect(() => unpack(packedSamples.zstd.plain, size)).toThrow(RangeError)
  })
})

/** Runs of one byte, and what lies between them: enough to compress what has long ones. */
function runsOf(data: Uint8Array): { readonly bytes: Uint8Array; readonly isRun: boolean }[] {
  const parts: { readonly bytes: Uint8Array; readonly isRun: boolean }[] = []
  let from = 0
  for (let at = 0; at < data.length; ) {
    let end = at + 1
    while (end < data.length && data[end] === data[at]) end++
    if (end - at >= 64) {
      if (at > from) parts.push({ bytes: data.subarray(from, at), isRun: false })
      parts.push({ bytes: data.subarray(at, end), isRun: true })
      from = end
    }
    at = end
  }
  if (from < data.length) parts.push({ bytes: data.subarray(from), isRun: false })
  return parts
}

/** An LZ4 frame of one block without checksums, with the header that the format's description shows. */
function lz4(data: Uint8Array): Uint8Array {
  const block: number[] = []
  const push = (literals: Uint8Array, matched: number): void => {
    const extend = (length: number): void => {
      if (length >= 15) for (let rest = length - 15; rest >= 0; rest -= 255) block.push(Math.min(rest, 255))
    }
    block.push((Math.min(literals.length, 15) << 4) | (matched === 0 ? 0 : Math.min(matched - 4, 15)))
    extend(literals.length)
    block.push(...literals)
    if (matched === 0) return
    block.push(1, 0)
    extend(matched - 4)
  }
  let literals: readonly number[] = []
  for (const { bytes, isRun } of runsOf(data)) {
    if (isRun) push(Uint8Array.from([...literals, bytes[0] as number]), bytes.length - 6)
    // A block ends with literals.
    literals = isRun ? [...bytes.subarray(-5)] : [...literals, ...bytes]
  }
  push(Uint8Array.from(literals), 0)
  const size = new Uint8Array(4)
  new DataView(size.buffer).setUint32(0, block.length, true)
  return Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...size, ...block, 0, 0, 0, 0])
}

/** A Zstandard frame of raw blocks and blocks of one byte. */
function zstd(data: Uint8Array): Uint8Array {
  const head = new Uint8Array(9)
  const view = new DataView(head.buffer)
  view.setUint32(0, 0xfd2fb528, true)
  // One segment, whose size follows in four bytes.
  head[4] = 0xa0
  view.setUint32(5, data.length, true)
  const parts = runsOf(data)
  const blocks = parts.flatMap(({ bytes, isRun }, i) => {
    const header = (bytes.length << 3) | (isRun ? 2 : 0) | (i === parts.length - 1 ? 1 : 0)
    return [header & 255, (header >> 8) & 255, header >> 16, ...(isRun ? bytes.subarray(0, 1) : bytes)]
  })
  return Uint8Array.from([...head, ...blocks])
}

describe.each([
  ['lz4', CompressionType.LZ4_FRAME, lz4],
  ['zstd', CompressionType.ZSTD, zstd],
] as const)('files with %s buffers', (name, compressionType, encode) => {
  const before = compressionRegistry.get(compressionType)
  const magic = Uint8Array.from(name === 'lz4' ? [0x04, 0x22, 0x4d, 0x18] : [0x28, 0xb5, 0x2f, 0xfd])
  /** Sizes of the buffers that became smaller, in order. */
  const sizes: number[] = []
  const remembering = (data: Uint8Array): Uint8Array => {
    const packed = encode(data)
    if (packed.length < data.length) sizes.push(data.length)
    return packed
  }
  beforeAll(() => compressionRegistry.set(compressionType, { encode: remembering, decode: (data) => data }))
  afterAll(() => {
    if (before !== null) compressionRegistry.set(compressionType, before)
  })

  const rows = 3000
  const numbers = Array.from({ length: rows }, (_, i) => (i > 2000 ? 0 : i % 5 === 0 ? null : i))
  const words = Array.from({ length: rows }, (_, i) => (i < 100 ? `word ${i % 9}` : 'zzzzzzzz'))
  const table = () => new Table({ n: vectorFromArray(numbers, new Int32()), w: vectorFromArray(words, new Utf8()) })
  /** As the format has it: the library's writer puts the packed size where the unpacked one belongs. */
  const compressed = (): Uint8Array<ArrayBuffer> => {
    sizes.length = 0
    const writer = new RecordBatchStreamWriter({ compressionType })
    writer.writeAll([...table().batches, ...table().batches])
    const bytes = Uint8Array.from(writer.finish().toUint8Array(true))
    let at = 0
    for (const unpacked of sizes) {
      at = Buffer.from(bytes.buffer).indexOf(magic, at + 1)
      new DataView(bytes.buffer).setBigInt64(at - 8, BigInt(unpacked), true)
    }
    expect(sizes.length).toBeGreaterThan(4)
    return bytes
  }

  test('give the same rows as without', async () => {
    const plain = await decodeAll(arrowDecoder(), fileBytes(tableToIPC(table(), 'stream')))
    const { columns, batches } = await decodeAll(arrowDecoder(), fileBytes(compressed()))
    expect(columns).toEqual(plain.columns.map((column) => [...column, ...column]))
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([2048, 952, 2048, 952])
  })

  test('unpack only what is read', async () => {
    const bytes = compressed()
    // The words' own bytes, before their run, in a block of a known place.
    const at = Buffer.from(bytes).indexOf('word 0word 1')
    expect(at).toBeGreaterThan(0)
    bytes.fill(0xff, at - 3, at)
    const { columns } = await decodeAll(arrowDecoder(), fileBytes(bytes), { as: [{ kind: 'int32' }, null] })
    expect(columns[0]).toHaveLength(2 * rows)
    await expect(decodeAll(arrowDecoder(), fileBytes(bytes))).rejects.toMatchObject({ code: 'FILE_CORRUPT' })
  })

  test('are held against the budgets by the sizes their buffers announce', async () => {
    const failure = (bytes: Uint8Array, budgets = {}) =>
      decodeAll(arrowDecoder(), fileBytes(bytes), { budgets }).then(
        () => 'decoded',
        ({ code, message }) => `${code} ${message}`,
      )
    const announce = (announced: bigint) => {
      const bytes = compressed()
      const at = Buffer.from(bytes.buffer).indexOf(magic) - 8
      expect(at).toBeGreaterThan(0)
      new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(at, announced, true)
      return bytes
    }
    expect(await failure(compressed(), { groupBytes: 30_000 })).toMatch(/BUDGET_EXCEEDED.*groupBytes/)
    expect(await failure(announce(2n ** 40n))).toMatch(/BUDGET_EXCEEDED.*groupBytes/)
    expect(await failure(announce(200n * 2n ** 20n))).toMatch(/BUDGET_EXCEEDED.*amplification/)
    expect(await failure(announce(-2n))).toMatch(/FILE_CORRUPT/)
    expect(await failure(announce(-(2n ** 63n)))).toMatch(/FILE_CORRUPT/)
    expect(await failure(announce(1n))).toMatch(/FILE_CORRUPT/)
    expect(await failure(announce(1_000_000n))).toMatch(/FILE_CORRUPT/)
  })
})
