import type { LedgerEntry } from 'lading'

export interface RejectedPlace {
  readonly key: string
  /** 1-based data row. */
  readonly row: number
}

/** What the ledger says about all files of the job, this run's and earlier ones'. */
export interface ImportSummary {
  readonly formats: readonly {
    readonly format: string
    readonly files: number
    readonly rows: number
    readonly rejected: number
    readonly bytes: number
  }[]
  readonly failed: readonly LedgerEntry[]
  readonly skipped: number
  readonly rows: number
  readonly rejected: number
  /** Reason (the code of a row's first problem) and rows. */
  readonly reasons: ReadonlyMap<string, readonly RejectedPlace[]>
}

/** @param files all files of a job */
export async function importSummary(files: AsyncIterable<LedgerEntry>): Promise<ImportSummary> {
  const entries: LedgerEntry[] = []
  for await (const entry of files) entries.push(entry)
  const imported = entries.filter(({ state }) => state === 'imported')
  const formats = new Map<string, { format: string; files: number; rows: number; rejected: number; bytes: number }>()
  const reasons = new Map<string, RejectedPlace[]>()
  for (const entry of imported) {
    const format = entry.format ?? 'unknown'
    const sum = formats.get(format) ?? { format, files: 0, rows: 0, rejected: 0, bytes: 0 }
    formats.set(format, sum)
    sum.files += 1
    sum.rows += entry.counts?.rowsWritten ?? 0
    sum.rejected += entry.counts?.rowsRejected ?? 0
    sum.bytes += entry.size
    for (const [row, code] of reasonByRow(entry)) {
      const places = reasons.get(code) ?? []
      reasons.set(code, places)
      places.push({ key: entry.key, row })
    }
  }
  const total = (key: 'rows' | 'rejected'): number => [...formats.values()].reduce((sum, format) => sum + format[key], 0)
  return {
    formats: [...formats.values()],
    failed: entries.filter(({ state }) => state === 'failed'),
    skipped: entries.filter(({ state }) => state === 'skipped').length,
    rows: total('rows'),
    rejected: total('rejected'),
    reasons,
  }
}

function reasonByRow({ issues }: LedgerEntry): Map<number, string> {
  const reasons = new Map<number, string>()
  for (const { row, severity, code } of issues) {
    if (row !== undefined && severity === 'error' && !reasons.has(row)) reasons.set(row, code)
  }
  return reasons
}
