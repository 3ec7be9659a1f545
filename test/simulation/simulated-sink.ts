import type { MappedBatch } from '../../src/contracts/schema-mapper.js'
import type { FileWriter, Sink } from '../../src/contracts/sink.js'
import type { SinkFile } from '../../src/model/file.js'
import { type MemorySink, memorySink } from '../../src/sinks/memory/memory-sink.js'
import type { LogRecord } from './log-objects.js'
import type { Turns } from './turns.js'

/** One row in a sink, and where it came from. */
export interface SunkRow {
  readonly key: string
  readonly version: string
  readonly generation: number
  readonly row: number
  readonly record: LogRecord
}

/** A sink and what it holds. */
export interface SimulatedSink {
  readonly sink: Sink<LogRecord>
  rows(): readonly SunkRow[]
}

/** The package's own sink in memory. */
export function transactionalSink(): SimulatedSink {
  const sink: MemorySink<LogRecord> = memorySink<LogRecord>()
  return { sink, rows: () => sink.rows }
}

export interface RowByRowOptions {
  readonly delivery: 'idempotent' | 'plain'
  /** What an idempotent sink knows a batch by. */
  readonly tokenOf?: (batch: MappedBatch<LogRecord>, file: SinkFile, index: number) => string
  /** Whose rows `abort` takes back; protocol: nobody's. */
  readonly takesBack?: (row: SunkRow, file: SinkFile) => boolean
}

/** A sink that shows rows as soon as they are written; an idempotent one ignores a batch that it knows. */
export function rowByRowSink(turns: Turns, options: RowByRowOptions): SimulatedSink {
  const { delivery, tokenOf = (batch) => batch.token, takesBack = () => false } = options
  let held: { readonly token: string; readonly row: SunkRow }[] = []
  const writerOf = (file: SinkFile): FileWriter<LogRecord> => {
    const { key, version, generation, fence, schemaVersion } = file
    let batches = 0
    let rows = 0
    return {
      async write(batch) {
        rows += batch.rowCount
        const token = tokenOf(batch, file, batches++)
        if (delivery === 'idempotent' && held.some((one) => one.token === token)) return
        let i = 0
        for (const record of batch.records()) held.push({ token, row: { key, version, generation, row: batch.sourceRow(i++), record } })
        await turns.take('probe', 'P15')
      },
      commit: async ({ rejected }) => ({ rows, rejected, schemaVersion, fence, committedAt: '2026-01-01T00:00:00.000Z' }),
      async abort() {
        held = held.filter(({ row }) => !takesBack(row, file))
      },
    }
  }
  return { sink: { delivery, begin: async (file) => writerOf(file) }, rows: () => held.map(({ row }) => row) }
}

/** A turn before and after each call to the sink. */
export function turnedSink({ sink }: SimulatedSink, turns: Turns): Sink<LogRecord> {
  const turned = turns.around('sink', sink, ['begin'])
  return new Proxy(turned, {
    get(target, name) {
      if (name !== 'begin') return Reflect.get(target, name, target)
      return async (...args: Parameters<Sink<LogRecord>['begin']>) => {
        const answer = await target.begin(...args)
        return 'write' in answer ? turns.around('sink', answer, ['write', 'commit', 'abort']) : answer
      }
    },
  })
}
