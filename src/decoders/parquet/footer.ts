import type { FileMetaData } from 'hyparquet'
import type { FileBytes } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import type { Hyparquet } from './load-hyparquet.js'

/** Reads exactly these bytes. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>

/** Metadata of a file, and where its data ends. */
export interface Footer {
  readonly metadata: FileMetaData
  readonly dataEnd: number
}

const decoder = new TextDecoder()
/** Statistics are not used: nothing is made of them, so that odd ones cannot fail a file. */
const raw = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  geometryFromBytes: (bytes: Uint8Array) => bytes,
  geographyFromBytes: (bytes: Uint8Array) => bytes,
  uuidFromBytes: (bytes: Uint8Array) => bytes,
}

/** The last eight bytes, then the footer; nothing else is read. */
export async function readFooter(hyparquet: Hyparquet, read: ReadRange, size: FileBytes['size'], budgets: Budgets): Promise<Footer> {
  if (size === null || size < 12) throw corruptFile(`A Parquet file has at least 12 bytes; this one has ${size ?? 'no known number'}.`)
  const tail = await read(size - 8, size)
  const magic = decoder.decode(tail.subarray(4))
  if (magic === 'PARE') throw encrypted()
  if (magic !== 'PAR1') throw corruptFile('The file does not end with "PAR1": it was cut off or is not Parquet.', { byteOffset: size - 4 })
  const length = new DataView(tail.buffer, tail.byteOffset, tail.byteLength).getUint32(0, true)
  if (length === 0 || length > size - 12) {
    throw corruptFile(`The footer declares ${length} bytes in a file of ${size}.`, { byteOffset: size - 8 })
  }
  if (length > budgets.schemaBytes) throw overBudget('The footer', length, 'schemaBytes', budgets.schemaBytes)
  const dataEnd = size - 8 - length
  const footer = new Uint8Array(length + 8)
  footer.set(await read(dataEnd, size - 8))
  footer.set(tail, length)
  try {
    return { metadata: hyparquet.parquetMetadata(footer, { parsers: raw as never, geoparquet: false }), dataEnd }
  } catch (cause) {
    throw corruptFile('The footer could not be read.', { byteOffset: dataEnd, cause })
  }
}

export function encrypted(): Error {
  return unsupportedFile('The Parquet file is encrypted.', 'Write the file without encryption; encrypt the bucket instead.')
}
