import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { MappedRows } from '../contracts/schema-mapper.js'
import { detectFormat, stripCompression } from '../decoders/detect/detect-format.js'
import { unpack } from '../isolation/unpack.js'
import type { FileSchema } from '../model/data-type.js'
import type { FileContext } from '../model/file.js'
import { issuesOf } from '../model/issues-of.js'
import { openGuarded } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { readHead, storedBytes } from './open-bytes.js'

/** What a job makes of one row. */
export interface RowOutcome {
  /** 1-based data row. */
  readonly row: number
  /** `null`: rejected. */
  readonly record: object | null
  /** Codes of its issues. */
  readonly codes: readonly string[]
}

/**
 * Maps a file that the ledger knows once more, row by row, in order; writes nothing. The first claim's time stands, so
 * that the outcome is that of an import.
 *
 * @throws SourceError, DecodeError, MappingError as an import would
 */
export async function* recordedRows(job: JobContext, entry: LedgerEntry, signal: AbortSignal): AsyncGenerator<RowOutcome> {
  const { budgets, clock, decoders, isolation, mapper, source } = job
  const { key, version, size, sourceTime, generation } = entry
  const reader = await openGuarded(source, { key, version, size, lastModified: sourceTime }, budgets, clock, signal)
  try {
    const { name, compression } = stripCompression(key.slice(key.lastIndexOf('/') + 1))
    const stored = storedBytes(reader, name)
    const decoder = detectFormat(name, await readHead(unpack(stored, compression, budgets), { signal }), decoders)
    const exchange = await isolation.open({ jobId: job.id, decoder, mapper, stored, compression, budgets, alone: false, signal })
    try {
      const { schema } = exchange
      const asOf = entry.asOf ?? clock.now()
      const file: FileContext = { jobId: job.id, key, version, generation, size, schemaVersion: entry.schemaVersion ?? 0, sourceTime, asOf }
      const { mapping, rows } = exchange.start({ schema, file, batchRows: budgets.batchRows, batchBytes: budgets.batchBytes })
      for await (const mapped of rows)
        yield* outcomes(mapped, mapping.build(mapped.accepted, 0, mapped.accepted.rowCount) as object[], schema)
    } finally {
      await exchange.close()
    }
  } finally {
    await reader.close()
  }
}

function* outcomes(
  { firstRow, rowsRead, accepted, rejected }: MappedRows,
  records: readonly object[],
  schema: FileSchema,
): Generator<RowOutcome> {
  const codes = new Map<number, string[]>()
  for (const { row, code } of rejected.issues === undefined ? [] : issuesOf(rejected.issues, { firstRow, schema })) {
    const known = codes.get(row as number)
    if (known === undefined) codes.set(row as number, [code])
    else known.push(code)
  }
  let next = 0
  for (let i = 0; i < rowsRead; i++) {
    const row = firstRow + i
    const isAccepted = next < accepted.rowCount && (accepted.sourceRows?.[next] ?? firstRow + next) === row
    yield { row, record: isAccepted ? (records[next++] ?? null) : null, codes: codes.get(row) ?? [] }
  }
}
