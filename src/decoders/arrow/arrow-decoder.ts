import type { CallOptions } from '../../contracts/call-options.js'
import type { FileDecoder, OpenFile, ReadRequest } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { Column } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { nextTurn } from '../../util/abort.js'
import { cutRows } from '../batch-cutter.js'
import { unsupportedFile } from '../decode-failure.js'
import { type ArrowField, unreadableType } from './arrow-field.js'
import { checkUnpackedSize } from './arrow-message.js'
import { type ArrowPart, type ArrowSource, openArrowSource } from './arrow-source.js'
import { bufferCodec } from './buffer-codec.js'
import { ArrowDictionaries } from './dictionaries.js'
import { loadArrow } from './load-arrow.js'
import { looksLikeArrow } from './looks-like-arrow.js'
import { type BatchHeader, MessageBody } from './message-body.js'
import { ownColumn } from './own-column.js'
import { readColumn, skipColumn } from './read-column.js'

/**
 * Arrow IPC, file and stream format (Feather 2 is the file format). One message is in memory at a time; columns share
 * its memory where a message is one batch, and are copied where it is cut into several. Half floats, large and view
 * types, 32-bit times and narrow decimals are widened; dictionaries of text stay dictionaries.
 */
export function arrowDecoder(): FileDecoder {
  return {
    format: 'arrow',
    revision: 'arrow/1',
    portable: { module: 'lading/worker', export: 'arrowDecoder', options: null },
    extensions: ['.arrow', '.arrows', '.feather', '.ipc'],
    matches: (_name, head) => looksLikeArrow(head),
    async open(bytes, { signal, budgets }) {
      const library = await loadArrow()
      return openArrow(await openArrowSource(bytes, { signal, budgets, library }), budgets)
    },
  } satisfies FileDecoder
}

function openArrow(source: ArrowSource, budgets: Budgets): OpenFile {
  const { fields } = source.schema
  const schema: FileSchema = { columns: fields.map(({ name, type, nullable }) => ({ name, type, nullable })) }
  return {
    schema,
    batches: (request, options) => arrowBatches(source, schema, request, { ...options, budgets }),
    close: () => source.release(),
  }
}

async function* arrowBatches(
  source: ArrowSource,
  schema: FileSchema,
  request: ReadRequest,
  options: CallOptions & { readonly budgets: Budgets },
): AsyncGenerator<ColumnBatch, void, undefined> {
  const { fields } = source.schema
  const wanted = new Set(request.columns.map(({ index }) => index))
  for (const index of wanted) refuseUnreadable(fields[index])
  const dictionaries = new ArrowDictionaries(fields)
  let firstRow = 1
  try {
    for await (const part of source.parts(options)) {
      const { message } = part
      if (message.kind === 'dictionary') {
        dictionaries.add(message.id, message.isDelta, await bodyOf(part, message.header, options.budgets))
      } else if (message.kind === 'batch') {
        const body = await bodyOf(part, message.header, options.budgets)
        const columns = batchColumns(body, source, wanted, dictionaries)
        const rowCount = message.header.length
        const read = request.columns.map(({ index }) => columns.get(index) as Column)
        for (const [from, to] of cutRows(read, rowCount, request)) {
          // Shared only when this batch is all there is of the message, and most of its memory.
          const shares = from === 0 && to === rowCount && part.body.length <= 2 * request.batchBytes && wanted.size === read.length
          yield {
            rowCount: to - from,
            firstRow: firstRow + from,
            schema,
            columns: shares ? read : read.map((column) => ownColumn(column, from, to)),
          }
          await nextTurn()
          options.signal.throwIfAborted()
        }
        firstRow += rowCount
      }
      options.signal.throwIfAborted()
    }
  } finally {
    await source.release()
  }
}

/** The body of a message, with what unpacks its buffers once their sizes are known to fit. */
async function bodyOf({ body, byteOffset }: ArrowPart, header: BatchHeader, budgets: Budgets): Promise<MessageBody> {
  if (header.compression === null) return new MessageBody(header, body, byteOffset, budgets)
  checkUnpackedSize(header, body, byteOffset, budgets)
  return new MessageBody(header, body, byteOffset, budgets, await bufferCodec(header.compression, budgets.groupBytes))
}

function batchColumns(
  body: MessageBody,
  { schema }: ArrowSource,
  wanted: ReadonlySet<number>,
  dictionaries: ArrowDictionaries,
): Map<number, Column> {
  const columns = new Map<number, Column>()
  schema.fields.forEach((field, index) => {
    if (wanted.has(index)) columns.set(index, readColumn(field, body, dictionaries, body.rowCount))
    else skipColumn(field, body, schema.unionsHaveValidity)
  })
  return columns
}

function refuseUnreadable(field: ArrowField | undefined): void {
  if (field === undefined) throw new RangeError('The request names a column that the file does not have.')
  const name = unreadableType(field)
  if (name === null) return
  throw unsupportedFile(
    `Column "${field.name}" is of Arrow type ${name}, which is not read.`,
    'Leave the column out of the schema, or write it as another type.',
    {
      column: field.name,
    },
  )
}
