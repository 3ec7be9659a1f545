import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { ImportError } from '../../src/errors.js'
import { compareWithReading, compareWithShown, compareWithText } from './compare.js'
import type { CorporaAnswer, CorporaJob } from './corpora-job.js'
import { type DecodedFile, decodeFile } from './decode-file.js'
import type { Oracle } from './oracles/oracle.js'

/** Reads files that its parent names, one at a time, and says what became of each. Attaches no handler of errors. */
const idle = process.memoryUsage.rss()
const plainPrototype = Object.getOwnPropertyNames(Object.prototype).join()

async function answer(job: CorporaJob): Promise<CorporaAnswer> {
  const bytes = Uint8Array.from(readFileSync(job.path))
  const isText = job.format === 'csv'
  const problems: string[] = []
  let decoded: DecodedFile | null = null
  let code = 'ok'
  let message = ''
  const start = performance.now()
  try {
    decoded = await decodeFile(job.key, bytes, { keep: job.expected !== 'limit' && job.expected !== 'no-crash' })
  } catch (error) {
    code = error instanceof ImportError ? error.code : 'UNTYPED'
    message = error instanceof Error ? error.message : String(error)
    if (!(error instanceof ImportError)) problems.push(`an error without a code: ${error instanceof Error ? error.stack : error}`)
    else if (error.remedy === undefined) problems.push('an error without a remedy')
  }
  const ms = performance.now() - start
  const overIdle = 1024 * process.resourceUsage().maxRSS - idle
  let compared = 0
  if (decoded !== null && (job.expected === 'decodes' || job.expected === 'exact-or-reject')) {
    const text = isText ? await decodeFile(job.key, bytes, { textAs: { kind: 'utf8' } }) : decoded
    const reading = await (await oracleOf(job.format))(job.path, job.path.endsWith('.gz') ? gunzipSync(bytes) : bytes, decoded.schema)
    const comparisons = [
      ...(reading === null ? [] : [compareWithReading(text, reading)]),
      ...(job.shown === null ? [] : [compareWithShown(decoded, job.shown)]),
      ...(isText ? [compareWithText(decoded, text)] : []),
    ]
    for (const comparison of comparisons) {
      problems.push(...comparison.problems)
      compared += comparison.compared
    }
    if (reading === null && job.expected === 'decodes') problems.push('no independent reader reads it')
  }
  if (decoded !== null && decoded.read.length < decoded.schema.columns.length) {
    const refusal = await decodeFile(job.key, bytes, { unread: true }).then(
      () => 'read',
      (error: unknown) => (error instanceof ImportError ? error.code : String(error)),
    )
    if (refusal !== 'FORMAT_UNSUPPORTED') problems.push(`a column of unknown type asked for: ${refusal}`)
  }
  if (Object.getOwnPropertyNames(Object.prototype).join() !== plainPrototype) problems.push('Object.prototype was changed')
  const columns = decoded?.schema.columns.length ?? 0
  const unread = columns - (decoded?.read.length ?? 0)
  return { code, message, rows: decoded?.rows ?? 0, columns, unread, compared, problems, ms, overIdle }
}

async function oracleOf(format: string): Promise<Oracle> {
  switch (format) {
    case 'parquet':
      return (await import('./oracles/duckdb.js')).duckdb
    case 'avro':
      return (await import('./oracles/avsc.js')).avsc
    case 'arrow':
      return (await import('./oracles/apache-arrow.js')).apacheArrow
    default:
      return (await import('./oracles/csv-parse.js')).csvParse
  }
}

process.on('message', (job: CorporaJob) => {
  void answer(job).then((found) => process.send?.(found))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
