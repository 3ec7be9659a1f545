import type { ColumnMetaData, FileMetaData } from 'hyparquet'
import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import { encrypted } from './footer.js'
import type { LeafNode } from './schema-tree.js'

/** Where one column of one row group lies, checked against the file. */
export interface ChunkPlan {
  readonly leaf: LeafNode
  readonly codec: ColumnMetaData['codec']
  readonly start: number
  readonly end: number
  /** Entries with a level, nulls and empty lists included. */
  readonly entries: number
  /** `end` lies beyond the declared end: bytes after the last value are not the chunk's. */
  readonly padded: boolean
  /** Bytes after decompression, as declared. */
  readonly decodedBytes: number
}

export interface GroupPlan {
  /** 1-based, for messages. */
  readonly number: number
  readonly rows: number
  readonly chunks: readonly ChunkPlan[]
}

/** `column "x" of row group 2`, for messages. */
export function chunkName(leaf: LeafNode, group: number): string {
  return `column "${leaf.path.join('.')}" of row group ${group}`
}

/** Before 1.2.9, parquet-mr left the header of the dictionary page out of a chunk's size. */
const shortSizes = /^parquet-mr(?! version (?:1\.2\.(?:9|\d\d)|1\.[3-9]|1\.\d\d|[2-9]))/
const padding = 100

/** All row groups, or an error: counts add up, chunks lie within the file and belong to the schema's columns. */
export function planGroups(metadata: FileMetaData, leaves: readonly LeafNode[], dataEnd: number): GroupPlan[] {
  let total = 0
  const padded = shortSizes.test(metadata.created_by ?? '')
  const groups = metadata.row_groups.map((group, i): GroupPlan => {
    const number = i + 1
    const rows = count(group.num_rows, `Rows of row group ${number}`)
    total += rows
    if (group.columns.length !== leaves.length) {
      throw corruptFile(`Row group ${number} has ${group.columns.length} columns where the schema has ${leaves.length}.`)
    }
    const chunks = leaves.map((leaf, at): ChunkPlan => {
      const name = chunkName(leaf, number)
      const place = { column: leaf.path[0] }
      const chunk = group.columns[at]
      if (chunk?.file_path)
        throw unsupportedFile(`The footer puts ${name} into another file.`, 'Write each file with all its columns.', place)
      if (chunk?.crypto_metadata !== undefined) throw encrypted()
      const meta = chunk?.meta_data
      if (meta === undefined) throw corruptFile(`The footer says nothing of ${name}.`, place)
      const samePath = meta.path_in_schema.length === leaf.path.length && meta.path_in_schema.every((part, j) => part === leaf.path[j])
      if (!samePath || meta.type !== leaf.element.type) throw corruptFile(`The footer has another column in the place of ${name}.`, place)
      const entries = count(meta.num_values, `Values of ${name}`)
      if (leaf.repetition === 0 ? entries !== rows : entries < rows) {
        throw corruptFile(`The footer declares ${entries} values in ${name} of ${rows} rows.`, place)
      }
      const dataStart = count(meta.data_page_offset, `Offset of ${name}`)
      const dictionary = meta.dictionary_page_offset === undefined ? 0 : count(meta.dictionary_page_offset, `Offset of ${name}`)
      const start = dictionary > 0 && dictionary < dataStart ? dictionary : dataStart
      const end = start + count(meta.total_compressed_size, `Size of ${name}`)
      // Without values there is nothing to read, and some writers then put the chunk nowhere.
      if (entries > 0 && (start < 4 || end > dataEnd))
        throw corruptFile(`The footer puts ${name} at bytes ${start} to ${end} of ${dataEnd} bytes of data.`, place)
      const decodedBytes = count(meta.total_uncompressed_size, `Decoded size of ${name}`)
      return { leaf, codec: meta.codec, start, end: padded ? Math.min(end + padding, dataEnd) : end, padded, entries, decodedBytes }
    })
    return { number, rows, chunks }
  })
  const declared = count(metadata.num_rows, 'Rows of the file')
  if (declared !== total) throw corruptFile(`The footer declares ${declared} rows; its row groups hold ${total}.`)
  return groups
}

/**
 * Why a row group's mapped columns are not fetched: together they would not fit. Columns are decoded one after the other,
 * so levels count once, those of the largest.
 */
export function groupRefusal(group: GroupPlan, chunks: readonly ChunkPlan[], { groupBytes }: Budgets): Error | null {
  let bytes = 0
  let mostLevels = 0
  for (const { entries, leaf, decodedBytes, start, end } of chunks) {
    bytes += Math.max(decodedBytes, entries * leaf.width) + (leaf.width === 0 ? 4 * entries : 0)
    // What the levels become: a bit for each place, and where lists begin.
    bytes += leaf.repetition > 0 ? 4 * entries : leaf.definition > 0 ? entries / 8 : 0
    mostLevels = Math.max(mostLevels, leaf.repetition > 0 ? 2 * entries : leaf.definition > 0 ? entries : 0)
    if (end - start > groupBytes) {
      const column = leaf.path[0]
      return overBudget(`Stored bytes of ${chunkName(leaf, group.number)}`, end - start, 'groupBytes', groupBytes, { column })
    }
  }
  bytes = Math.ceil(bytes + mostLevels)
  return bytes > groupBytes ? overBudget(`Decoded bytes of row group ${group.number}`, bytes, 'groupBytes', groupBytes) : null
}

/** A count or offset of the footer as a safe number. */
function count(value: bigint | number, what: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw corruptFile(`${what}: ${value} is not a count.`)
  return number
}
