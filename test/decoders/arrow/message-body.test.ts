import { expect, test } from 'vitest'
import { MessageBody } from '../../../src/decoders/arrow/message-body.js'
import { defaultBudgets } from '../../../src/model/budgets.js'

const node = { length: 4, nullCount: 0 }
const body = (buffers: readonly { readonly offset: number; readonly length: number }[]) =>
  new MessageBody({ length: 4, nodes: [node], buffers, variadicBufferCounts: [], compression: null }, new Uint8Array(32), 0, defaultBudgets)

test('buffers that overlap are refused, because they are put right in place', () => {
  const overlapping = body([
    { offset: 0, length: 16 },
    { offset: 8, length: 16 },
  ])
  overlapping.nextBuffer()
  expect(() => overlapping.nextBuffer()).toThrow(expect.objectContaining({ code: 'FILE_CORRUPT' }))
})

test.each([[{ offset: 24, length: 16 }], [{ offset: -8, length: 8 }], [{ offset: 0, length: -1 }], [{ offset: Number.NaN, length: 8 }]])(
  'a buffer beyond its body is refused: %j',
  (region) => {
    expect(() => body([region]).nextBuffer()).toThrow(expect.objectContaining({ code: 'FILE_CORRUPT' }))
  },
)

test('a buffer that is shorter than its rows is refused, misaligned values are copied', () => {
  expect(() => body([{ offset: 0, length: 16 }]).nextValues(BigInt64Array, 4)).toThrow(expect.objectContaining({ code: 'FILE_CORRUPT' }))
  expect(body([{ offset: 4, length: 16 }]).nextValues(BigInt64Array, 2)).toEqual(BigInt64Array.of(0n, 0n))
})
