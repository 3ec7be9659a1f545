import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import type { MappedRows, SchemaMapper } from '../../src/contracts/schema-mapper.js'
import type { Compression, ExchangeInput, IsolationEngine, StoredBytes } from '../../src/isolation/exchange.js'
import { farEngine } from '../../src/isolation/host/far-engine.js'
import { FarSidePool } from '../../src/isolation/host/far-side-pool.js'
import { inlineEngine } from '../../src/isolation/inline-engine.js'
import { type Budgets, defaultBudgets } from '../../src/model/budgets.js'
import { toValues } from '../../src/model/cell.js'
import type { Column, ColumnGroup } from '../../src/model/column.js'
import { issuesOf } from '../../src/model/issues-of.js'
import { workerUrl } from '../tooling/worker-file.js'

export const entry = new URL(workerUrl)

export interface InputOptions {
  readonly mapper?: SchemaMapper<unknown>
  readonly bytes?: Uint8Array
  readonly stored?: Partial<StoredBytes>
  readonly compression?: Compression
  readonly budgets?: Partial<Budgets>
  readonly signal?: AbortSignal
  readonly name?: string
}

/** Reads every column there is, and maps nothing. */
export const allColumns: SchemaMapper<unknown> = {
  signature: 'all-columns',
  compile: (schema) => ({
    reads: schema.columns.map(({ type }, index) => ({ index, as: type })),
    apply: ({ columns, rowCount, firstRow, issues, schema: { columns: infos } }) => ({
      rowsRead: rowCount,
      firstRow,
      accepted: { rowCount, columns: Object.fromEntries(columns.map((column, i) => [infos[i]?.name ?? '', column])), sourceRows: null },
      rejected: { rowCount: 0, ...(issues === undefined ? {} : { issues }) },
    }),
    build: () => [],
  }),
}

export function exchangeInput(decoder: FileDecoder, options: InputOptions = {}): ExchangeInput<unknown> {
  const bytes = options.bytes ?? new Uint8Array(0)
  return {
    jobId: 'job',
    decoder,
    mapper: options.mapper ?? allColumns,
    stored: {
      name: options.name ?? 'file',
      size: bytes.length,
      async *stream() {
        for (let at = 0; at < bytes.length; at += 50_000) yield bytes.slice(at, at + 50_000)
      },
      read: async (start, end) => bytes.slice(start, end),
      ...options.stored,
    },
    compression: options.compression ?? null,
    budgets: { ...defaultBudgets, ...options.budgets },
    alone: false,
    signal: options.signal ?? new AbortController().signal,
  }
}

/** All rows of a file as plain values, with what is wrong with them. */
export async function readAll(engine: IsolationEngine, input: ExchangeInput<unknown>) {
  const exchange = await engine.open(input)
  const batches: unknown[] = []
  try {
    const { schema } = exchange
    const { mapping, rows } = exchange.start({
      schema,
      file: fileContext(input),
      batchRows: input.budgets.batchRows,
      batchBytes: input.budgets.batchBytes,
    })
    for await (const batch of rows) batches.push(plain(batch, schema))
    return { schema, rowCount: exchange.rowCount, warnings: mapping.warnings, batches }
  } finally {
    await exchange.close()
  }
}

export function fileContext({ jobId, stored: { name, size } }: ExchangeInput<unknown>) {
  const now = new Date('2026-01-02T03:04:05.678Z')
  return { jobId, key: name, version: 'v', generation: 1, size, schemaVersion: 1, sourceTime: now, asOf: now }
}

function plain({ rowsRead, firstRow, accepted, rejected }: MappedRows, schema: Parameters<typeof issuesOf>[1]['schema']): unknown {
  const values = (column: Column | ColumnGroup): unknown =>
    column.kind === 'group'
      ? { names: column.names, columns: column.columns.map(values) }
      : { kind: column.kind, values: toValues(column, 0, column.length) }
  return {
    rowsRead,
    firstRow,
    rowCount: accepted.rowCount,
    keys: Object.keys(accepted.columns),
    columns: Object.values<Column | ColumnGroup>(accepted.columns).map(values),
    sourceRows: accepted.sourceRows === null ? null : [...accepted.sourceRows],
    rejected: rejected.rowCount,
    issues: rejected.issues === undefined ? [] : [...issuesOf(rejected.issues, { firstRow, schema })],
    counts: rejected.issues?.counts.map(({ check, column, rows }) => [rejected.issues?.table[check]?.message, column, rows]) ?? [],
  }
}

const pool = new FarSidePool(2)
/** The sides that can decode outside the host, with a pool of their own. */
export const farSides = (['thread', 'process'] as const).map((name) => ({ name, engine: farEngine(name, entry, pool) }))
/** Each side that can decode. */
export const sides = [{ name: 'inline' as const, engine: inlineEngine }, ...farSides]
