import type { FileDecoder } from '../../../src/contracts/file-decoder.js'
import { ImportError } from '../../../src/errors.js'
import { defaultBudgets } from '../../../src/model/budgets.js'
import { type CorpusFile, corpusFiles } from '../corpora.js'
import { type Decoded, decodeAll, fileBytes } from '../file-bytes.js'

/** What became of a file: its columns, or the code of its refusal. Any other exception is thrown. */
export interface Outcome {
  readonly code: string
  readonly rows: number
  readonly decoded: Decoded | null
  readonly ms: number
}

/** Decodes every column that has a type; columns of unknown types are left out. */
export async function readCorpusFile(decoder: FileDecoder, file: CorpusFile): Promise<Outcome> {
  const bytes = file.bytes()
  const start = performance.now()
  try {
    const opened = await decoder.open(fileBytes(bytes), { budgets: defaultBudgets, signal: new AbortController().signal })
    await opened.close?.()
    const columns = opened.schema.columns.map(({ type }, index) => ({ index, as: type })).filter(({ as }) => as.kind !== 'unknown')
    const decoded = await decodeAll(decoder, fileBytes(bytes), { request: { columns } })
    const rows = decoded.batches.reduce((sum, { rowCount }) => sum + rowCount, 0)
    return { code: 'ok', rows, decoded, ms: performance.now() - start }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    return { code: error.code, rows: 0, decoded: null, ms: performance.now() - start }
  }
}

/** Reads all files, returns what no file may do, and prints a table of expectation and outcome. */
export async function sweep(decoder: FileDecoder, exceptions: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const problems: string[] = []
  const table = new Map<string, number>()
  for (const file of corpusFiles(decoder.format)) {
    const { path, expected, rows } = file
    const outcome = await readCorpusFile(decoder, file)
    const row = `${expected.padEnd(16)} ${outcome.code}`
    table.set(row, (table.get(row) ?? 0) + 1)
    const wrong =
      (expected === 'decodes' && (outcome.code !== 'ok' || (rows !== undefined && rows !== outcome.rows))) ||
      (expected === 'reject' && outcome.code === 'ok') ||
      (expected === 'limit' && outcome.code !== 'BUDGET_EXCEEDED') ||
      outcome.ms > 20_000
    if (!wrong || exceptions.has(path.slice(path.lastIndexOf('/') + 1))) continue
    problems.push(`${path}: ${expected}, ${rows} rows; ${outcome.code}, ${outcome.rows} rows, ${Math.round(outcome.ms)} ms`)
  }
  const lines = [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([row, count]) => `${row.padEnd(40)} ${count}`)
  console.log([`${decoder.format}: expected, outcome, files`, ...lines].join('\n'))
  return problems
}
