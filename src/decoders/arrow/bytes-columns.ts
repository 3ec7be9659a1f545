import { isUtf8 } from 'node:buffer'
import { bitAt } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { MessageBody } from './message-body.js'

interface Rows {
  readonly length: number
  readonly validity: Uint8Array | null
}

/** utf8 and binary by offsets, 32 or 64 bits wide. Offsets are checked to rise within the data, text to be UTF-8. */
export function bytesColumn(kind: 'utf8' | 'binary', large: boolean, rows: Rows, body: MessageBody, name: string): Column {
  const offsets = nextOffsets(large, rows.length, body, name)
  const data = body.nextBuffer()
  checkOffsets(offsets, data.length, body, name)
  body.checkCell(longest(offsets), name)
  if (kind === 'utf8') checkText(offsets, data, body, name)
  return withoutNullRanges({ kind, ...rows, offsets, data })
}

/** utf8 and binary by views of 16 bytes: short cells inside, others in one of several data buffers. Gathered. */
export function viewsColumn(kind: 'utf8' | 'binary', rows: Rows, body: MessageBody, name: string): Column {
  const { length, validity } = rows
  const views = body.nextValues(Int32Array, 4 * length)
  const inline = new Uint8Array(views.buffer, views.byteOffset, views.byteLength)
  const buffers = Array.from({ length: body.nextVariadicCount() }, () => body.nextBuffer())
  const cells: Uint8Array[] = []
  const offsets = new Int32Array(length + 1)
  for (let i = 0; i < length; i++) {
    if (bitAt(validity, i)) {
      const size = views[4 * i] as number
      const start = views[4 * i + 3] as number
      const buffer = size <= 12 ? inline : buffers[views[4 * i + 2] as number]
      const from = size <= 12 ? 16 * i + 4 : start
      if (size < 0 || buffer === undefined || from < 0 || from + size > buffer.length)
        throw body.corrupt('has a view beyond its data', name)
      // Views may share their bytes: what they make is held against the budget, not what is stored.
      body.checkCell(size, name, (offsets[i] as number) + size)
      cells.push(buffer.subarray(from, from + size))
      offsets[i + 1] = (offsets[i] as number) + size
    } else offsets[i + 1] = offsets[i] as number
  }
  const data = new Uint8Array(offsets[length] as number)
  let at = 0
  for (const cell of cells) {
    data.set(cell, at)
    at += cell.length
  }
  if (kind === 'utf8') checkText(offsets, data, body, name)
  return { kind, ...rows, offsets, data }
}

/** `length + 1` rising offsets; 64-bit ones are narrowed. A field without rows may have none. */
export function nextOffsets(large: boolean, length: number, body: MessageBody, name: string): Int32Array {
  if (length === 0) {
    body.nextBuffer()
    return new Int32Array(1)
  }
  if (!large) return body.nextValues(Int32Array, length + 1)
  return Int32Array.from(body.nextValues(BigInt64Array, length + 1), (offset) => {
    if (offset < 0n || offset > 0x7fffffffn) throw body.corrupt('has an offset beyond 2 GiB', name)
    return Number(offset)
  })
}

export function checkOffsets(offsets: Int32Array, limit: number, body: MessageBody, name: string): void {
  let last = offsets[0] as number
  if (last < 0) throw body.corrupt('has a negative offset', name)
  for (let i = 1; i < offsets.length; i++) {
    const next = offsets[i] as number
    if (next < last) throw body.corrupt('has falling offsets', name)
    last = next
  }
  if (last > limit) throw body.corrupt('has offsets beyond its data', name)
}

function longest(offsets: Int32Array): number {
  let most = 0
  for (let i = 1; i < offsets.length; i++) most = Math.max(most, (offsets[i] as number) - (offsets[i - 1] as number))
  return most
}

/** The whole is UTF-8 and no cell begins within a character: then every cell is UTF-8. */
function checkText(offsets: Int32Array, data: Uint8Array, body: MessageBody, name: string): void {
  const end = offsets.at(-1) as number
  let sound = isUtf8(data.subarray(offsets[0] as number, end))
  for (let i = 1; sound && i < offsets.length; i++) {
    const at = offsets[i] as number
    sound = at >= end || ((data[at] as number) & 0xc0) !== 0x80
  }
  if (!sound) throw body.corrupt('has text that is not UTF-8', name)
}

/** A null row has an empty range; where a writer left bytes under nulls, the others are moved together. */
function withoutNullRanges(column: Extract<Column, { kind: 'utf8' | 'binary' }>): Column {
  const { length, validity, offsets, data } = column
  if (validity === null) return column
  let stray = false
  for (let i = 0; !stray && i < length; i++) stray = !bitAt(validity, i) && offsets[i] !== offsets[i + 1]
  if (!stray) return column
  const moved = new Int32Array(length + 1)
  const kept = new Uint8Array((offsets[length] as number) - (offsets[0] as number))
  let at = 0
  for (let i = 0; i < length; i++) {
    if (bitAt(validity, i)) {
      const cell = data.subarray(offsets[i], offsets[i + 1])
      kept.set(cell, at)
      at += cell.length
    }
    moved[i + 1] = at
  }
  return { ...column, offsets: moved, data: kept.subarray(0, at) }
}
