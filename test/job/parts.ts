import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { MappingError } from '../../src/errors.js'
import type { ImportJob } from '../../src/job/import-job.js'
import { IMPORT_JOB_EVENTS, type ImportJobEventName, type ImportJobEvents } from '../../src/job/job-events.js'
import { cell } from '../../src/model/cell.js'
import { columnFrom } from '../../src/model/column-from.js'
import type { Check } from '../../src/model/issue.js'

export interface Score {
  readonly id: string
  readonly score: number
}

/** A stranger's mapper, by the contract alone: `id` and `score` columns; a row without a score is rejected. */
export function scoreMapper(signature = 'scores/1', least = Number.NEGATIVE_INFINITY): SchemaMapper<Score> {
  const table: readonly Check[] = [{ code: 'x-no-score', severity: 'error', message: 'a score is needed' }]
  return {
    signature,
    compile(schema) {
      const indexes = ['id', 'score'].map((name) => schema.columns.findIndex((column) => column.name === name))
      if (indexes.includes(-1)) throw new MappingError('SCHEMA_MISMATCH', 'id and score are needed.', { remedy: 'Add the columns.' })
      const [id, score] = indexes as [number, number]
      return {
        reads: [
          { index: id, as: { kind: 'utf8' } },
          { index: score, as: { kind: 'float64' } },
        ],
        apply(batch) {
          const rows = Array.from({ length: batch.rowCount }, (_, i) => batch.columns.map((column) => cell(column, i)))
          const good = rows.flatMap(([, value], i) => (typeof value === 'number' && value >= least ? [i] : []))
          const bad = rows.flatMap((_, i) => (good.includes(i) ? [] : [i]))
          return {
            rowsRead: batch.rowCount,
            firstRow: batch.firstRow,
            accepted: {
              rowCount: good.length,
              columns: { id: columnFrom(good.map((i) => rows[i]?.[0])), score: columnFrom(good.map((i) => rows[i]?.[1])) },
              sourceRows: bad.length === 0 ? null : Int32Array.from(good, (i) => batch.firstRow + i),
            },
            rejected: {
              rowCount: bad.length,
              issues: {
                table,
                rowIndexes: Int32Array.from(bad),
                checks: new Uint16Array(bad.length),
                columns: Uint16Array.from(bad, () => score),
                counts: [{ check: 0, column: score, rows: bad.length }],
              },
            },
          }
        },
        build: (rows, from, to) =>
          Array.from({ length: to - from }, (_, i) => ({
            id: cell(rows.columns.id as never, from + i) as string,
            score: cell(rows.columns.score as never, from + i) as number,
          })),
      }
    },
  }
}

/** Everything a job said, in order. */
export function eventLog(job: ImportJob): {
  readonly names: ImportJobEventName[]
  of<K extends ImportJobEventName>(name: K): ImportJobEvents[K][]
} {
  const log: { name: ImportJobEventName; event: unknown }[] = []
  for (const name of IMPORT_JOB_EVENTS) job.on(name, (event) => void log.push({ name, event }))
  return {
    get names() {
      return log.map(({ name }) => name)
    },
    of: (name) => log.filter((entry) => entry.name === name).map(({ event }) => event as never),
  }
}

/** A CSV of rows `id,score` with ids `<prefix>1`… */
export function scoresCsv(prefix: string, rows: number): string {
  return `id,score\n${Array.from({ length: rows }, (_, i) => `${prefix}${i + 1},${i}\n`).join('')}`
}
