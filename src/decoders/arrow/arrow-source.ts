import type { CallOptions } from '../../contracts/call-options.js'
import type { FileBytes } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import { ByteReader } from '../byte-reader.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import { type ArrowBlock, type ArrowMessage, type ArrowSchema, decodeFooter, decodeMessage } from './arrow-message.js'
import type { ArrowLibrary } from './load-arrow.js'

/** A message and its body, which covers a buffer of its own or one aligned part of it. */
export interface ArrowPart {
  readonly message: ArrowMessage
  readonly body: Uint8Array
  readonly byteOffset: number
}

/** The schema of a file and its messages after it, in order. */
export interface ArrowSource {
  readonly schema: ArrowSchema
  parts(options: CallOptions): AsyncIterable<ArrowPart>
  release(): Promise<void>
}

const magic = 'ARROW1'
/** Length of the footer, and magic. */
const tailBytes = 10

export interface ArrowOpenOptions extends CallOptions {
  readonly budgets: Budgets
  readonly library: ArrowLibrary
}

/** Tells the two formats apart by the magic bytes at the file format's end, or at its start where it was cut. */
export async function openArrowSource(bytes: FileBytes, options: ArrowOpenOptions): Promise<ArrowSource> {
  const { size } = bytes
  if (size !== null && bytes.read !== undefined && size >= tailBytes) {
    const tail = own(await bytes.read(size - tailBytes, size, options))
    if (text(tail.subarray(4)) === magic) return openArrowFile(bytes.read.bind(bytes), size, tail, options)
  }
  const reader = new ByteReader(bytes, 'Arrow')
  try {
    reader.follow(options.signal)
    const head = text(await reader.peek(magic.length))
    if (head.startsWith('FEA1')) {
      throw unsupportedFile('The file is Feather version 1, which is not Arrow IPC.', 'Write Feather version 2 or an Arrow file.', {
        byteOffset: 0,
      })
    }
    if (head !== magic) return await openArrowStream(reader, size, options)
    if (size !== null) throw corruptFile('The Arrow file does not end with its magic bytes: it was cut.', { byteOffset: size })
    throw unsupportedFile(
      'The file is compressed as a whole and of the Arrow file format, which is read by ranges.',
      'Upload the Arrow file uncompressed, or write the Arrow stream format.',
    )
  } catch (error) {
    await reader.release()
    throw error
  }
}

/** The file format: a footer names the place of each message, so that each is one read. */
async function openArrowFile(
  read: (start: number, end: number, options: CallOptions) => Promise<Uint8Array>,
  size: number,
  tail: Uint8Array,
  { signal, budgets, library }: ArrowOpenOptions,
): Promise<ArrowSource> {
  const footerLength = int32(tail, 0)
  const footerStart = size - 10 - footerLength
  if (footerLength <= 0 || footerStart < 8)
    throw corruptFile('The Arrow file has a footer length beyond its size.', { byteOffset: size - 10 })
  if (footerLength > budgets.schemaBytes) throw overBudget('The footer of the Arrow file', footerLength, 'schemaBytes', budgets.schemaBytes)
  const footer = decodeFooter(own(await read(footerStart, size - 10, { signal })), footerStart, library, budgets)

  const part = async (block: ArrowBlock, options: CallOptions): Promise<ArrowPart> => {
    const { offset, metadataLength, bodyLength } = block
    if (metadataLength > budgets.schemaBytes)
      throw overBudget('The header of an Arrow message', metadataLength, 'schemaBytes', budgets.schemaBytes)
    if (bodyLength > budgets.groupBytes) throw overBudget('A message of the Arrow file', bodyLength, 'groupBytes', budgets.groupBytes)
    const whole = own(await read(offset, offset + metadataLength + bodyLength, options))
    const prefix = int32(whole, 0) === -1 ? 8 : 4
    const headerLength = prefix === 8 ? int32(whole, 4) : int32(whole, 0)
    if (headerLength <= 0 || prefix + headerLength > metadataLength)
      throw corruptFile('An Arrow message has a wrong header length.', { byteOffset: offset })
    const message = decodeMessage(whole.subarray(prefix, prefix + headerLength), offset, library, budgets)
    if (message.bodyLength > bodyLength) throw corruptFile('An Arrow message is longer than the footer says.', { byteOffset: offset })
    const body = whole.subarray(metadataLength)
    return { message, body: metadataLength % 8 === 0 ? body : body.slice(), byteOffset: offset }
  }
  return {
    schema: footer.schema,
    async *parts(options) {
      for (const block of footer.dictionaries) yield await part(block, options)
      for (const block of footer.batches) yield await part(block, options)
    },
    release: async () => {},
  }
}

/** The stream format: messages one after the other, ended by a mark or by the end of the bytes. */
async function openArrowStream(reader: ByteReader, size: number | null, { budgets, library }: ArrowOpenOptions): Promise<ArrowSource> {
  const next = async (): Promise<ArrowPart | null> => {
    if (await reader.atEnd()) return null
    const byteOffset = reader.offset
    let length = int32(await reader.exactly(4, 'message'), 0)
    if (length === -1) length = int32(await reader.exactly(4, 'message'), 0)
    if (length === 0) {
      if (!(await reader.atEnd())) throw corruptFile('The Arrow stream goes on after its end mark.', { byteOffset })
      return null
    }
    if (length < 0) throw corruptFile('An Arrow message has a negative header length.', { byteOffset })
    if (length > budgets.schemaBytes)
      throw overBudget('The header of an Arrow message', length, 'schemaBytes', budgets.schemaBytes, { byteOffset })
    const message = decodeMessage(await reader.exactly(length, 'message'), byteOffset, library, budgets)
    if (size !== null && reader.offset + message.bodyLength > size) {
      throw corruptFile('An Arrow message ends beyond the file: the file was cut.', { byteOffset })
    }
    return { message, body: await reader.exactly(message.bodyLength, 'message'), byteOffset }
  }
  const first = await next()
  if (first?.message.kind !== 'schema') throw corruptFile('The Arrow stream does not begin with a schema.', { byteOffset: 0 })
  return {
    schema: first.message.schema,
    async *parts(options) {
      reader.follow(options.signal)
      for (let part = await next(); part !== null; part = await next()) {
        if (part.message.kind === 'schema') throw corruptFile('The Arrow stream has a second schema.', { byteOffset: part.byteOffset })
        yield part
      }
    },
    release: () => reader.release(),
  }
}

/** Bytes that nobody else has a view of: a reader may hand out a part of a pool. */
function own(bytes: Uint8Array): Uint8Array {
  const whole = bytes.byteLength === bytes.buffer.byteLength
  return whole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
}

function int32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at, true)
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
