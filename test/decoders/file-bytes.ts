import type { FileBytes, FileDecoder, ReadRequest } from '../../src/contracts/file-decoder.js'
import { type Budgets, defaultBudgets } from '../../src/model/budgets.js'
import { toValues } from '../../src/model/cell.js'
import type { ColumnBatch } from '../../src/model/column-batch.js'
import type { DataType, FileSchema } from '../../src/model/data-type.js'

/** Bytes in memory as a decoder sees them, cut at `cuts`; counts what was opened and given back. */
export function fileBytes(data: Uint8Array | string, { name = 'file', cuts = [] as readonly number[], seeks = true } = {}) {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const seen = { opened: 0, released: 0, pulled: 0, reads: [] as (readonly [number, number])[] }
  const file: FileBytes & { readonly seen: typeof seen } = {
    name,
    size: seeks ? bytes.length : null,
    seen,
    async *stream() {
      seen.opened++
      try {
        const borders = [0, ...[...cuts].filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        for (let i = 1; i < borders.length; i++) {
          seen.pulled++
          yield bytes.slice(borders[i - 1], borders[i])
        }
      } finally {
        seen.released++
      }
    },
    ...(seeks
      ? {
          async read(start: number, end: number) {
            seen.reads.push([start, end])
            if (end > bytes.length) throw new RangeError('beyond the end')
            return bytes.slice(start, end)
          },
        }
      : {}),
  }
  return file
}

export interface Decoded {
  readonly schema: FileSchema
  readonly batches: readonly ColumnBatch[]
  /** Cells by column of the request. */
  readonly columns: readonly (readonly unknown[])[]
}

/** Opens and reads all, every column as its own type unless told otherwise. */
export async function decodeAll(
  decoder: FileDecoder,
  bytes: FileBytes,
  {
    as,
    budgets = {},
    request = {},
  }: { as?: readonly (DataType | null)[]; budgets?: Partial<Budgets>; request?: Partial<ReadRequest> } = {},
): Promise<Decoded> {
  const { signal } = new AbortController()
  const all = { ...defaultBudgets, ...budgets }
  const file = await decoder.open(bytes, { signal, budgets: all })
  try {
    const columns =
      request.columns ??
      file.schema.columns.flatMap(({ type }, index) => {
        const asked = as === undefined ? type : as[index]
        return asked === null || asked === undefined ? [] : [{ index, as: asked }]
      })
    const batches: ColumnBatch[] = []
    for await (const batch of file.batches({ batchRows: all.batchRows, batchBytes: all.batchBytes, ...request, columns }, { signal })) {
      batches.push(batch)
    }
    return { schema: file.schema, batches, columns: columns.map((_, i) => batches.flatMap(({ columns: c }) => toValues(c[i] as never))) }
  } finally {
    await file.close?.()
  }
}
