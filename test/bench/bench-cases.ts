import type { ProgramOptions } from './cases/bench-case.js'
import type { DataFile } from './data/data-files.js'
import type { ProgramName } from './programs.js'

/** A section of the table. */
export interface Section {
  readonly file: DataFile
  readonly title: string
  /** Peers that read the same file, by what they give. */
  readonly peers: readonly ProgramName[]
  /** Lading's programs, and the modes that each runs in. */
  readonly own: readonly (readonly [ProgramName, readonly Isolation[]])[]
  readonly vectors?: boolean
}

export type Isolation = ProgramOptions['isolation']

/** One program on one file in one mode: a process of its own, run several times. */
export interface BenchCase {
  /** `csv lading-columns thread` */
  readonly id: string
  readonly section: Section
  readonly program: ProgramName
  /** `null` for peers. */
  readonly isolation: Isolation | null
}

const every = ['process', 'thread', 'inline'] as const
const outside = ['process', 'thread'] as const
const full = [
  ['lading-columns', every],
  ['lading-rows', outside],
] as const
const mapping = [
  ['decode-only', ['inline']],
  ['timed-mapping', ['inline']],
] as const

export const sections: readonly Section[] = [
  { file: 'csv', title: 'CSV', peers: ['duckdb-columns', 'duckdb-rows', 'csv-parse-valibot'], own: [...full, ...mapping] },
  { file: 'csvGz', title: 'CSV.gz', peers: ['duckdb-columns', 'duckdb-rows', 'csv-parse-valibot'], own: full },
  { file: 'parquet', title: 'Parquet (snappy)', peers: ['duckdb-columns', 'duckdb-rows', 'hyparquet-valibot'], own: [...full, ...mapping] },
  { file: 'parquetOneGroup', title: 'Parquet, one row group', peers: ['duckdb-columns'], own: [['lading-columns', outside]] },
  { file: 'avro', title: 'Avro', peers: ['avsc-valibot'], own: [...full, ...mapping] },
  { file: 'avroDeflate', title: 'Avro, deflate', peers: ['avsc-valibot'], own: full },
  { file: 'arrow', title: 'Arrow IPC', peers: ['arrow-rows-valibot', 'arrow-objects-valibot'], own: [...full, ...mapping] },
  { file: 'vectorCsv', title: 'CSV with embeddings', peers: ['duckdb-columns'], own: [['lading-columns', outside]], vectors: true },
  { file: 'vectorParquet', title: 'Parquet with embeddings', peers: ['duckdb-columns'], own: [['lading-columns', outside]], vectors: true },
]

/** Programs that read and map, and so must accept the same cells; the others time a part. */
export const isWhole = (program: ProgramName): boolean => program !== 'decode-only' && program !== 'timed-mapping'

/**
 * All cases in the order of a round.
 *
 * @param modes the modes that can be had; where neither thread nor process can, everything runs inline
 */
export function benchCases(modes: readonly Isolation[], matching: (id: string) => boolean): BenchCase[] {
  return sections
    .flatMap((section) => [
      ...section.own.flatMap(([program, wanted]) => {
        const here = wanted.filter((mode) => modes.includes(mode))
        const isolations: readonly Isolation[] = here.length > 0 ? here : ['inline']
        return isolations.map((isolation) => ({ id: `${section.file} ${program} ${isolation}`, section, program, isolation }))
      }),
      ...section.peers.map((program) => ({ id: `${section.file} ${program}`, section, program, isolation: null })),
    ])
    .filter(({ id }) => matching(id))
}
