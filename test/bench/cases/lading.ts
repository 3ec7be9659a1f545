import { type Column, type ColumnGroup, ConfigError, type MappedBatch, type SchemaMapper } from 'lading'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { columnSums } from '../checksum/column-sums.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram, ProgramOptions } from './bench-case.js'
import { type LadingJob, ladingJob } from './lading-job.js'
import { type BenchRecord, embeddingMapper, modelMapper } from './model-mapper.js'
import { withVectors } from './vector-stand-in.js'

type Batch = MappedBatch<BenchRecord>

/** The product end to end, its sink reading columns. */
export const ladingColumns = (options: ProgramOptions): BenchProgram =>
  program(options, (checksum) => {
    const add = columnSums(checksum)
    // Columns by the record's keys; the vectors' key is not part of every record type.
    return (batch) => add(batch.columns as Readonly<Record<string, Column | ColumnGroup>>, batch.rowCount)
  })

/** The product end to end, its sink reading row objects. */
export const ladingRows = (options: ProgramOptions): BenchProgram =>
  program(options, (checksum) => {
    const add = rowSums(checksum, 'records')
    return (batch) => {
      for (const record of batch.records()) add(record)
    }
  })

function program(options: ProgramOptions, consume: (checksum: Checksum) => (batch: Batch) => void): BenchProgram {
  const { mapper, ...note } = options.vectors ? vectorMapper() : { mapper: modelMapper() }
  let job: LadingJob | undefined
  let write: (batch: Batch) => void
  return {
    async run(path) {
      const checksum = new Checksum()
      write = consume(checksum)
      job ??= await ladingJob(mapper, options, (batch) => write(batch))
      await job.importFile(path)
      return { ...resultOf(checksum), ...note }
    },
    close: async () => job?.close(),
  }
}

/** Embeddings by the product, as soon as it maps them. */
function vectorMapper(): { readonly mapper: SchemaMapper<BenchRecord>; readonly note?: string } {
  try {
    return { mapper: embeddingMapper() }
  } catch (error) {
    if (!(error instanceof ConfigError && error.issues.some(({ code }) => code === 'feature-not-built'))) throw error
    return {
      mapper: withVectors(modelMapper()),
      note: 'Lading maps no embeddings yet: the bench reads the vectors from the decoded column.',
    }
  }
}
