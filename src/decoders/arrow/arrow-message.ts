import type { Schema } from 'apache-arrow'
import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import { type ArrowField, arrowField, nestingOf } from './arrow-field.js'
import type { BufferCompression } from './buffer-codec.js'
import { type DisguisedTypes, FlatbufferCheck } from './flatbuffer-check.js'
import type { ArrowLibrary } from './load-arrow.js'
import { type BatchHeader, unpackedSize } from './message-body.js'

/** Arrow's numbers of message headers and metadata versions. */
const headerTypes = { schema: 1, dictionary: 2, batch: 3 } as const
const metadataV4 = 3
const metadataV5 = 4
const rewrite = 'Write the file with a current Arrow library, compressed with LZ4, Zstandard or not at all.'
/** Amplification is judged above this. */
const freeBytes = 64 * 1024 * 1024

/** What a file's columns are. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[]
  /** Before version 5 unions have a validity bitmap. */
  readonly unionsHaveValidity: boolean
}

/** One message's header, checked and in words of this package. */
export type ArrowMessage =
  | { readonly kind: 'schema'; readonly schema: ArrowSchema; readonly bodyLength: number }
  | {
      readonly kind: 'dictionary'
      readonly id: number
      readonly isDelta: boolean
      readonly header: BatchHeader
      readonly bodyLength: number
    }
  | { readonly kind: 'batch'; readonly header: BatchHeader; readonly bodyLength: number }
  /** Tensors and what may come: stepped over. */
  | { readonly kind: 'other'; readonly bodyLength: number }

interface LibraryBatch extends Omit<BatchHeader, 'compression'> {
  readonly compression: { readonly type: number; readonly method: number } | null
}

const compressions: readonly BufferCompression[] = ['lz4', 'zstd']

/**
 * @param byteOffset of the message in the file, for errors
 * @throws DecodeError `FILE_CORRUPT`, `FORMAT_UNSUPPORTED`, `BUDGET_EXCEEDED`
 */
export function decodeMessage(bytes: Uint8Array, byteOffset: number, library: ArrowLibrary, budgets: Budgets): ArrowMessage {
  const message = guarded('message', byteOffset, () => {
    const check = new FlatbufferCheck(bytes)
    const type = check.checkMessage()
    if (type === headerTypes.schema) refuseBigEndian(check.isBigEndian(2))
    const message = library.Message.decode(bytes)
    const { version, bodyLength, metadata } = message
    const known: readonly number[] = Object.values(headerTypes)
    return {
      type,
      version,
      bodyLength,
      metadata,
      header: known.includes(type) ? (message.header() as unknown) : null,
      disguised: check.disguised,
    }
  })
  const { type, version, bodyLength, metadata, header, disguised } = message
  if (!(bodyLength >= 0)) throw corruptFile('An Arrow message has a negative length.', { byteOffset })
  if (bodyLength > budgets.groupBytes)
    throw overBudget('A message of the Arrow file', bodyLength, 'groupBytes', budgets.groupBytes, { byteOffset })
  refuseOld(version, metadata)
  switch (type) {
    case headerTypes.schema:
      return { kind: 'schema', schema: readSchema(header as Schema, disguised, version, byteOffset, budgets), bodyLength }
    case headerTypes.batch:
      return { kind: 'batch', header: batchHeader(header as LibraryBatch, bodyLength, byteOffset, budgets), bodyLength }
    case headerTypes.dictionary: {
      const { id, isDelta, data } = header as { readonly id: number; readonly isDelta: boolean; readonly data: LibraryBatch }
      return { kind: 'dictionary', id: Number(id), isDelta, header: batchHeader(data, bodyLength, byteOffset, budgets), bodyLength }
    }
    default:
      return { kind: 'other', bodyLength }
  }
}

/** Where a message lies in a file. */
export interface ArrowBlock {
  readonly offset: number
  readonly metadataLength: number
  readonly bodyLength: number
}

export interface ArrowFooter {
  readonly schema: ArrowSchema
  readonly dictionaries: readonly ArrowBlock[]
  readonly batches: readonly ArrowBlock[]
}

/** @throws DecodeError as `decodeMessage` */
export function decodeFooter(bytes: Uint8Array, byteOffset: number, library: ArrowLibrary, budgets: Budgets): ArrowFooter {
  const { footer, disguised } = guarded('footer', byteOffset, () => {
    const check = new FlatbufferCheck(bytes)
    check.checkFooter()
    refuseBigEndian(check.isBigEndian(1))
    return { footer: library.Footer.decode(bytes), disguised: check.disguised }
  })
  const { schema } = footer
  // Footers of old writers have no version; their messages do.
  const blocks = (
    found: Iterable<{ readonly offset: number; readonly metaDataLength: number; readonly bodyLength: number }>,
  ): ArrowBlock[] =>
    guarded('footer', byteOffset, () =>
      Array.from(found, ({ offset, metaDataLength, bodyLength }) => {
        const fits = offset >= 8 && metaDataLength > 0 && bodyLength >= 0 && offset + metaDataLength + bodyLength <= byteOffset
        if (!fits) throw corruptFile('The footer of the Arrow file names a message beyond its end.', { byteOffset })
        return { offset, metadataLength: metaDataLength, bodyLength }
      }),
    )
  return {
    schema: readSchema(schema, disguised, schema.metadataVersion, byteOffset, budgets),
    dictionaries: blocks(footer.dictionaryBatches()),
    batches: blocks(footer.recordBatches()),
  }
}

function readSchema(schema: Schema, disguised: DisguisedTypes, version: number, byteOffset: number, budgets: Budgets): ArrowSchema {
  refuseOld(Math.max(version, metadataV4), schema.metadata)
  if (schema.fields.length > budgets.columns)
    throw overBudget('Columns of the Arrow file', schema.fields.length, 'columns', budgets.columns)
  const fields = guarded('schema', byteOffset, () => schema.fields.map((field, i) => arrowField(field, disguised, String(i))))
  for (const field of fields) {
    const levels = nestingOf(field)
    if (levels > budgets.nesting) throw overBudget('Nesting of a column', levels, 'nesting', budgets.nesting, { column: field.name })
  }
  return { fields, unionsHaveValidity: version < metadataV5 }
}

function batchHeader(
  { length, nodes, buffers, compression, variadicBufferCounts }: LibraryBatch,
  bodyLength: number,
  byteOffset: number,
  budgets: Budgets,
): BatchHeader {
  const codec = compression === null ? null : compressions[compression.type]
  // Method 0, the only one, is each buffer by itself.
  if (codec === undefined || (compression !== null && compression.method !== 0)) {
    throw unsupportedFile('The Arrow file has buffers compressed in an unknown way.', rewrite, { byteOffset })
  }
  if (!(length >= 0)) throw corruptFile('An Arrow message has a negative number of rows.', { byteOffset })
  const header = { length, nodes, buffers, variadicBufferCounts: Array.from(variadicBufferCounts ?? [], Number), compression: codec }
  if (codec === null) checkRows(header, bodyLength, byteOffset, budgets)
  return header
}

/**
 * Holds what the buffers of a compressed message say of themselves against the budgets, before any is unpacked.
 *
 * @throws DecodeError `BUDGET_EXCEEDED`, `FILE_CORRUPT`
 */
export function checkUnpackedSize(header: BatchHeader, body: Uint8Array, byteOffset: number, budgets: Budgets): void {
  let total = 0
  for (const { offset, length } of header.buffers) {
    if (length === 0) continue
    const fits = offset >= 0 && length >= 8 && offset + length <= body.length
    const size = fits ? (unpackedSize(body.subarray(offset, offset + length)) ?? length - 8) : Number.NaN
    if (Number.isNaN(size)) throw corruptFile('An Arrow message has a compressed buffer without a size.', { byteOffset })
    total += size
  }
  if (total > budgets.groupBytes)
    throw overBudget('An unpacked message of the Arrow file', total, 'groupBytes', budgets.groupBytes, { byteOffset })
  if (total > freeBytes && total > budgets.amplification * body.length) {
    const ratio = Math.ceil(total / body.length)
    throw overBudget('Unpacked bytes per stored byte of an Arrow message', ratio, 'amplification', budgets.amplification, { byteOffset })
  }
  checkRows(header, total, byteOffset, budgets)
}

/** Rows cost a bit each, but for columns of nulls alone: those are bounded like text of one byte a row. */
function checkRows({ length }: BatchHeader, bytes: number, byteOffset: number, budgets: Budgets): void {
  if (length <= Math.max(8 * bytes, 1_048_576)) return
  throw overBudget('Rows of one message without data', length, 'groupBytes', budgets.groupBytes, { byteOffset })
}

function refuseBigEndian(isBigEndian: boolean): void {
  if (isBigEndian) throw unsupportedFile('The Arrow file is big-endian.', 'Write the file on a little-endian machine.')
}

function refuseOld(version: number, metadata: ReadonlyMap<string, string>): void {
  if (version < metadataV4) throw unsupportedFile(`The Arrow file has metadata version ${version + 1}; 4 and 5 are read.`, rewrite)
  if (metadata.has('ARROW:experimental_compression')) {
    throw unsupportedFile('The Arrow file is compressed in the experimental way of Arrow 0.17.', rewrite)
  }
}

/** The library meets bad bytes with errors of the language: they mean that the file is corrupt. */
function guarded<T>(what: string, byteOffset: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    const unrecognized = error instanceof Error ? /^Unrecognized type: "(\w+)"/.exec(error.message) : null
    if (unrecognized !== null) {
      throw unsupportedFile(
        `The Arrow file has a column of type ${unrecognized[1]}, which is not read.`,
        'Leave the column out, or write it as another type.',
      )
    }
    throw corruptFile(`The Arrow file has a broken ${what}.`, { byteOffset, cause: error })
  }
}
