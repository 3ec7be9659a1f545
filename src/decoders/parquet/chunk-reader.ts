import { crc32 } from 'node:zlib'
import type { Encoding, PageHeader } from 'hyparquet'
import { ImportError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import { nextTurn } from '../../util/abort.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import { ByteValues } from './byte-values.js'
import { type ChunkPlan, chunkName } from './chunk-plan.js'
import { decompressPage } from './decompress-page.js'
import { FixedValues } from './fixed-values.js'
import type { Hyparquet } from './load-hyparquet.js'
import { PageProblem } from './page-problem.js'
import { type PageValues, prefixed, readIndices, readPageValues } from './page-values.js'
import { readHybrid } from './rle-hybrid.js'

/** Levels and present values of one column of one row group. */
export interface LeafValues {
  readonly entries: number
  /** One per entry; `null` when every entry is present. */
  readonly definitions: Uint8Array | null
  /** One per entry; `null` when the column does not repeat. */
  readonly repetitions: Uint8Array | null
  readonly values: FixedValues | ByteValues | CodedValues
}

/** Text or bytes whose every page refers to the dictionary. */
export interface CodedValues {
  readonly count: number
  readonly indices: Int32Array
  readonly dictionary: ByteValues
}

/** Decoded bytes between two turns of the event loop. */
const turnBytes = 1024 * 1024

/** Decodes the bytes of one chunk, page by page. The event loop turns in between. */
export async function readChunk(
  hyparquet: Hyparquet,
  bytes: Uint8Array,
  plan: ChunkPlan,
  group: number,
  budgets: Budgets,
  signal: AbortSignal,
): Promise<LeafValues> {
  const reader = new ChunkReader(hyparquet, plan, group, budgets)
  try {
    let since = 0
    for (let at = 0; !reader.complete || (at < bytes.length && !plan.padded); ) {
      const page = reader.readPage(bytes, at)
      at = page.end
      since += page.decodedBytes
      if (since >= turnBytes) {
        since = 0
        await nextTurn()
        signal.throwIfAborted()
      }
    }
    return reader.finish()
  } catch (error) {
    if (error instanceof ImportError || signal.aborted) throw error
    const problem = error instanceof PageProblem ? error.message : 'a page could not be decoded'
    throw corruptFile(`In ${chunkName(plan.leaf, group)}: ${problem}.`, { column: plan.leaf.path[0], cause: error })
  }
}

class ChunkReader {
  readonly #hyparquet: Hyparquet
  readonly #plan: ChunkPlan
  readonly #budgets: Budgets
  readonly #exceeded: (what: string, needed: number, budget: 'cellBytes' | 'groupBytes') => Error
  readonly #definitions: Uint8Array | null
  readonly #repetitions: Uint8Array | null
  /** Bytes that come in any length start as indices when there is a dictionary, until a page without it comes. */
  #values: FixedValues | ByteValues | null = null
  #indices: FixedValues | null = null
  #dictionary: FixedValues | ByteValues | null = null
  #entries = 0
  #present = 0

  constructor(hyparquet: Hyparquet, plan: ChunkPlan, group: number, budgets: Budgets) {
    this.#hyparquet = hyparquet
    this.#plan = plan
    this.#budgets = budgets
    const name = chunkName(plan.leaf, group)
    this.#exceeded = (what, needed, budget) =>
      overBudget(`${what} of ${name}`, needed, budget, budgets[budget], { column: plan.leaf.path[0] })
    this.#definitions = plan.leaf.definition > 0 ? new Uint8Array(plan.entries) : null
    this.#repetitions = plan.leaf.repetition > 0 ? new Uint8Array(plan.entries) : null
  }

  get complete(): boolean {
    return this.#entries >= this.#plan.entries
  }

  /** Reads the page at `at`; returns where it ended. */
  readPage(bytes: Uint8Array, at: number): { readonly end: number; readonly decodedBytes: number } {
    if (at >= bytes.length) throw new PageProblem(`it ends after ${this.#entries} of ${this.#plan.entries} values`)
    if (this.complete) throw new PageProblem(`${bytes.length - at} bytes follow its last value`)
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at }
    const header = this.#hyparquet.parquetHeader(reader)
    const stored = size(header.compressed_page_size)
    const decoded = size(header.uncompressed_page_size)
    const end = reader.offset + stored
    if (end > bytes.length) throw new PageProblem(`a page of ${stored} bytes where ${bytes.length - reader.offset} are left`)
    if (decoded > this.#budgets.groupBytes) throw this.#exceeded('A page', decoded, 'groupBytes')
    const body = bytes.subarray(reader.offset, end)
    if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) throw new PageProblem('the checksum of a page does not match')
    switch (header.type) {
      case 'DICTIONARY_PAGE':
        this.#readDictionary(header, this.#inflate(body, decoded))
        break
      case 'DATA_PAGE':
        this.#readDataPage(header, this.#inflate(body, decoded))
        break
      case 'DATA_PAGE_V2':
        this.#readDataPageV2(header, body, decoded)
        break
      case 'INDEX_PAGE':
        break
      default:
        throw new PageProblem('a page of an unknown kind')
    }
    return { end, decodedBytes: decoded }
  }

  finish(): LeafValues {
    const { entries } = this.#plan
    const definitions = this.#present === entries ? null : this.#definitions
    const levels = { entries, definitions, repetitions: this.#repetitions }
    if (this.#indices !== null && this.#dictionary instanceof ByteValues) {
      const { words, count } = this.#indices
      return { ...levels, values: { count, indices: words.subarray(0, count), dictionary: this.#dictionary } }
    }
    return { ...levels, values: this.#values ?? this.#makeValues() }
  }

  #inflate(body: Uint8Array, decoded: number): Uint8Array {
    return decompressPage(this.#hyparquet, this.#plan.codec, body, decoded, this.#budgets.groupBytes)
  }

  #makeStore(count: number, bytes: number): FixedValues | ByteValues {
    const { width } = this.#plan.leaf
    if (width > 0) {
      if (count * width > this.#budgets.groupBytes) throw this.#exceeded('Decoded bytes', count * width, 'groupBytes')
      return new FixedValues(width, count)
    }
    const { cellBytes, groupBytes } = this.#budgets
    if (4 * count > groupBytes) throw this.#exceeded('Decoded bytes', 4 * count, 'groupBytes')
    return new ByteValues(count, bytes, { cellBytes, groupBytes, exceeded: this.#exceeded })
  }

  #makeValues(): FixedValues | ByteValues {
    this.#values = this.#makeStore(this.#plan.entries, this.#indices === null ? this.#plan.decodedBytes : 0)
    return this.#values
  }

  #readDictionary(header: PageHeader, page: Uint8Array): void {
    const count = size(header.dictionary_page_header?.num_values)
    if (this.#dictionary !== null || this.#entries > 0) throw new PageProblem('a dictionary that is not its first page')
    if (this.#plan.leaf.element.type === 'BOOLEAN') throw new PageProblem('a dictionary of booleans')
    // A value of any length takes at least the four bytes of its length.
    if (count * (this.#plan.leaf.width || 4) > page.length) throw new PageProblem(`a dictionary of ${count} values in ${page.length} bytes`)
    this.#dictionary = this.#makeStore(count, page.length)
    readPageValues({ bytes: page, start: 0, end: page.length, encoding: 'PLAIN', count }, this.#dictionary, false)
  }

  #readDataPage(header: PageHeader, page: Uint8Array): void {
    const data = header.data_page_header
    if (data === undefined) throw new PageProblem('a data page without its header')
    const count = this.#takeEntries(data.num_values)
    let start = 0
    const levels = (encoding: Encoding, highest: number, into: Uint8Array | null): void => {
      if (into === null) return
      if (encoding !== 'RLE') throw new PageProblem(`its levels are encoded as ${encoding}`)
      const part = prefixed(page, start, page.length)
      this.#readLevels(page, part.start, part.end, highest, into, count)
      start = part.end
    }
    levels(data.repetition_level_encoding, this.#plan.leaf.repetition, this.#repetitions)
    levels(data.definition_level_encoding, this.#plan.leaf.definition, this.#definitions)
    this.#readValues({ bytes: page, start, end: page.length, encoding: data.encoding, count: this.#finishEntries(count) })
  }

  #readDataPageV2(header: PageHeader, body: Uint8Array, decoded: number): void {
    const data = header.data_page_header_v2
    if (data === undefined) throw new PageProblem('a data page without its header')
    const count = this.#takeEntries(data.num_values)
    const repetitionBytes = size(data.repetition_levels_byte_length)
    const levelBytes = repetitionBytes + size(data.definition_levels_byte_length)
    if (levelBytes > body.length || levelBytes > decoded) throw new PageProblem('levels end past the end of the page')
    if (this.#repetitions !== null) this.#readLevels(body, 0, repetitionBytes, this.#plan.leaf.repetition, this.#repetitions, count)
    if (this.#definitions !== null)
      this.#readLevels(body, repetitionBytes, levelBytes, this.#plan.leaf.definition, this.#definitions, count)
    const rest = body.subarray(levelBytes)
    // Some writers mark a page without values as compressed and write no bytes for it.
    const plain = data.is_compressed === false || (rest.length === 0 && decoded === levelBytes)
    const page = plain ? rest : this.#inflate(rest, decoded - levelBytes)
    this.#readValues({ bytes: page, start: 0, end: page.length, encoding: data.encoding, count: this.#finishEntries(count) })
  }

  #takeEntries(declared: number | undefined): number {
    const count = size(declared)
    if (this.#entries + count > this.#plan.entries) {
      throw new PageProblem(`its pages hold more than the ${this.#plan.entries} values the footer declares`)
    }
    return count
  }

  #readLevels(bytes: Uint8Array, start: number, end: number, highest: number, into: Uint8Array, count: number): void {
    const target = into.subarray(this.#entries, this.#entries + count)
    readHybrid(bytes, start, end, 32 - Math.clz32(highest), target, count)
    for (let i = 0; i < count; i++)
      if ((target[i] as number) > highest) throw new PageProblem(`level ${target[i]} where ${highest} is the highest`)
  }

  /** Counts the page's entries as read; returns how many of them are present. */
  #finishEntries(count: number): number {
    let present = count
    const definitions = this.#definitions?.subarray(this.#entries, this.#entries + count)
    if (definitions !== undefined) {
      const highest = this.#plan.leaf.definition
      for (let i = 0; i < count; i++) if (definitions[i] !== highest) present--
    }
    this.#entries += count
    this.#present += present
    return present
  }

  #readValues(page: PageValues): void {
    if (page.encoding !== 'PLAIN_DICTIONARY' && page.encoding !== 'RLE_DICTIONARY') {
      readPageValues(page, this.#spelledOut(), this.#plan.leaf.element.type === 'BOOLEAN')
      return
    }
    if (page.count === 0) return
    const dictionary = this.#dictionary
    if (dictionary === null) throw new PageProblem('a page refers to a dictionary that is not there')
    const indices = readIndices(page)
    if (dictionary instanceof FixedValues) {
      const values = this.#values ?? this.#makeValues()
      if (values instanceof FixedValues) values.gather(dictionary, indices, page.count)
    } else if (this.#values instanceof ByteValues) {
      this.#values.gather(dictionary, indices, page.count)
    } else {
      for (let i = 0; i < page.count; i++) {
        if ((indices[i] as number) >>> 0 >= dictionary.count) {
          throw new PageProblem(`dictionary index ${indices[i]} where the dictionary holds ${dictionary.count}`)
        }
      }
      this.#indices ??= new FixedValues(4, this.#plan.entries)
      const start = this.#indices.count
      this.#indices.reserve(page.count)
      this.#indices.words.set(indices, start)
    }
  }

  /** The store for values written out in full: indices read so far are looked up and given up. */
  #spelledOut(): FixedValues | ByteValues {
    const values = this.#values ?? this.#makeValues()
    if (this.#indices !== null && values instanceof ByteValues && this.#dictionary instanceof ByteValues) {
      values.gather(this.#dictionary, this.#indices.words, this.#indices.count)
      this.#indices = null
    }
    return values
  }
}

/** A size or count of a page header. */
function size(value: number | undefined): number {
  if (value === undefined || !Number.isInteger(value) || value < 0)
    throw new PageProblem(`${value ?? 'no number'} where a size was expected`)
  return value
}
