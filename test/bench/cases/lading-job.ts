import { link, mkdtemp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ImportJob, localSource, type MappedBatch, memoryStore, type SchemaMapper, type Sink } from 'lading'
import type { ProgramOptions } from './bench-case.js'

/** A job over a folder of its own: files are linked into it one by one and imported whole. */
export interface LadingJob {
  /** Imports one file, or throws what stopped it. Resolves to the rows that were rejected. */
  importFile(path: string): Promise<number>
  close(): Promise<void>
}

/** A job with a local source, a memory store and a sink that does what `write` does with each batch. */
export async function ladingJob<R>(
  mapper: SchemaMapper<R>,
  { isolation, scratch }: Pick<ProgramOptions, 'isolation' | 'scratch'>,
  write: (batch: MappedBatch<R>) => void,
): Promise<LadingJob> {
  const folder = await mkdtemp(join(scratch, 'linked-'))
  const job = new ImportJob<R>({
    id: 'bench',
    source: localSource({ folder, settleMs: 0 }),
    mapper,
    sink: sinkOf(write),
    store: memoryStore(),
    isolation,
  })
  let files = 0
  return {
    async importFile(path) {
      await link(path, join(folder, `${++files}-${basename(path)}`))
      const report = await job.runOnce()
      const [error] = report.errors
      if (error !== undefined) throw error
      if (report.imported !== 1) throw new Error(`The job imported ${report.imported} files instead of one: ${report.outcome}.`)
      return report.rejectedRows
    },
    async close() {
      await job.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function sinkOf<R>(write: (batch: MappedBatch<R>) => void): Sink<R> {
  return {
    delivery: 'plain',
    async begin(file) {
      let rows = 0
      return {
        async write(batch) {
          rows += batch.rowCount
          write(batch)
        },
        async commit({ rejected }) {
          return { rows, rejected, schemaVersion: file.schemaVersion, fence: file.fence, committedAt: new Date().toISOString() }
        },
        async abort() {},
      }
    },
  }
}
