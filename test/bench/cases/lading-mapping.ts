import type { ColumnBatch, MappedBatch, Mapping, SchemaMapper } from 'lading'
import { Checksum, resultOf } from '../checksum/checksum.js'
import type { BenchProgram, CaseOutcome, ProgramOptions } from './bench-case.js'
import { ladingJob } from './lading-job.js'
import { modelMapper } from './model-mapper.js'

/** Decodes the columns that the model's mapping reads, and maps nothing: what mapping and checks stand on top of. */
export const decodeOnly = (options: ProgramOptions): BenchProgram =>
  counting(options, (mapping) => ({ ...passOn(mapping), build: () => [] }))

/** Decodes, maps and checks on the host's loop, timing the mapping apart. */
export function timedMapping(options: ProgramOptions): BenchProgram {
  let spent = 0n
  const timed = counting(options, (mapping) => ({
    ...mapping,
    build: (rows, from, to) => mapping.build(rows, from, to),
    apply(batch) {
      const start = process.hrtime.bigint()
      const rows = mapping.apply(batch)
      spent += process.hrtime.bigint() - start
      return rows
    },
  }))
  return {
    ...timed,
    async run(path): Promise<CaseOutcome> {
      spent = 0n
      return { ...(await timed.run(path)), mappingNs: Number(spent) }
    },
  }
}

const passOn = (mapping: Mapping<unknown>): Pick<Mapping<unknown>, 'reads' | 'apply'> => ({
  reads: mapping.reads,
  apply: ({ rowCount, firstRow, columns }: ColumnBatch) => ({
    rowsRead: rowCount,
    firstRow,
    accepted: {
      rowCount,
      columns: { columns: { kind: 'group', names: columns.map((_, k) => `${k}`), columns } },
      sourceRows: null,
    },
    rejected: { rowCount: 0 },
  }),
})

/** Inline, because the mapper is the bench's own; the sink only counts. */
function counting({ scratch }: ProgramOptions, change: (mapping: Mapping<unknown>) => Mapping<unknown>): BenchProgram {
  let checksum = new Checksum()
  const count = (batch: MappedBatch<unknown>): void => {
    checksum.rows += batch.rowCount
  }
  const model = modelMapper()
  const mapper: SchemaMapper<unknown> = {
    signature: `${model.signature}+bench`,
    compile: (schema, file) => change(model.compile(schema, file)),
  }
  let job: ReturnType<typeof ladingJob> | undefined
  return {
    async run(path) {
      checksum = new Checksum()
      job ??= ladingJob(mapper, { isolation: 'inline', scratch }, count)
      await (await job).importFile(path)
      return resultOf(checksum)
    },
    close: async () => (await job)?.close(),
  }
}
