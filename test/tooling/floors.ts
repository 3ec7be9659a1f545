/** Rooms whose folders are adapters: no adapter may import another, nor another adapter room. */
export const ADAPTER_ROOMS: readonly string[] = ['sources', 'decoders', 'mappers', 'sinks', 'stores', 'schedulers']

const LOWER = ['contracts', 'model', 'errors', 'util']

/** What each room may import besides itself: a room, or a folder of one. Read with the table of rooms in the architecture page. */
export const FLOORS: Readonly<Record<string, readonly string[]>> = {
  util: [],
  model: [],
  errors: ['model'],
  contracts: ['model', 'errors'],
  sources: LOWER,
  'sources/s3': [...LOWER, 'access'],
  decoders: LOWER,
  'decoders/detect': [...LOWER, 'decoders'],
  mappers: LOWER,
  sinks: LOWER,
  stores: LOWER,
  schedulers: LOWER,
  arrow: LOWER,
  isolation: LOWER,
  // Runs outside the host, where it decodes and maps.
  'isolation/far-side': [...LOWER, 'decoders', 'mappers'],
  'isolation/worker-entry': [...LOWER, 'isolation/far-side', 'decoders/detect', 'mappers'],
  access: ['model', 'errors', 'util'],
  job: [...LOWER, 'isolation', 'decoders/detect', 'schedulers/interval', 'sinks/function'],
  manager: ['job', ...LOWER],
  // Looks into one file for people: a file of this machine, of memory or of a source, under a model schema.
  preview: ['job', 'isolation', 'decoders/detect', 'mappers', 'sources/local', 'sources/memory', ...LOWER],
  // Of `job` only the files that the root entry exports from: see the rule `private-of-job`.
  testing: [...LOWER, 'sources', 'decoders', 'mappers', 'sinks', 'stores', 'schedulers', 'arrow', 'isolation', 'access', 'job'],
}

/** Single files that may import more than their room. The far side has the built-in parts with itself. */
export const FILE_FLOORS: Readonly<Record<string, readonly string[]>> = {
  'src/isolation/far-side/built-in-parts.ts': ['decoders', 'mappers'],
}

export interface PackageRule {
  /** A package, or all of a scope: `@scope/*`. */
  readonly name: string
  /** Rooms that may name it, also in `import type`. */
  readonly rooms: readonly string[]
  /** Rooms where it is loaded with the module; everywhere else only by `import()`. */
  readonly staticIn: readonly string[]
}

const CHECKED_ROOMS = [
  'sources',
  'decoders',
  'mappers',
  'sinks',
  'stores',
  'schedulers',
  'isolation',
  'access',
  'job',
  'manager',
  'preview',
  'testing',
]

/** Every third-party package that `src` may name. */
export const PACKAGES: readonly PackageRule[] = [
  { name: '@aws-sdk/*', rooms: ['sources/s3'], staticIn: [] },
  { name: '@smithy/*', rooms: ['sources/s3'], staticIn: [] },
  { name: 'csv-parse', rooms: ['decoders/csv'], staticIn: [] },
  { name: 'hyparquet', rooms: ['decoders/parquet', 'decoders/avro'], staticIn: [] },
  { name: 'hyparquet-compressors', rooms: ['decoders/parquet', 'decoders/avro', 'decoders/arrow'], staticIn: [] },
  { name: 'avsc', rooms: ['decoders/avro'], staticIn: [] },
  // `toArrow` answers at once: the entry `lading/arrow` loads the package with itself.
  { name: 'apache-arrow', rooms: ['decoders/arrow', 'arrow'], staticIn: ['arrow'] },
  { name: '@duckdb/node-api', rooms: ['sinks/duckdb'], staticIn: [] },
  { name: 'hyparquet-writer', rooms: ['sinks/parquet'], staticIn: [] },
  { name: 'libsql', rooms: ['stores/sqlite'], staticIn: [] },
  { name: 'better-sqlite3', rooms: ['stores/sqlite'], staticIn: [] },
  { name: 'valibot', rooms: CHECKED_ROOMS, staticIn: CHECKED_ROOMS },
  { name: 'eventemitter3', rooms: ['job', 'manager'], staticIn: ['job', 'manager'] },
]

/** Rooms that import what a host names, or what no bundler shall look for: the name is a variable there. */
export const COMPUTED_IMPORTS: readonly string[] = ['isolation', 'stores/sqlite']

/** Node modules that the lowest supported Node lacks. */
export const LATE_BUILTINS: readonly string[] = ['node:sqlite']

/** Nothing of these is reached from the root entry without a call. */
export const NEVER_FROM_ROOT: readonly string[] = [
  '@aws-sdk/*',
  '@smithy/*',
  'apache-arrow',
  'hyparquet',
  'hyparquet-compressors',
  'hyparquet-writer',
  'avsc',
  'csv-parse',
  '@duckdb/node-api',
  'libsql',
  'better-sqlite3',
  'pg',
  'node:sqlite',
]

/** Names that say nothing about what is inside. (`src/util` is a room of its own with a rule of its own.) */
export const DUMPING_GROUNDS: readonly string[] = ['helper', 'helpers', 'common', 'misc', 'types', 'util', 'utils', 'shared', 'various']

/** Lines. */
export const SIZES = { most: 500, usual: 300, usualShare: 0.9, median: 120, contract: 150, bigContracts: ['src/contracts/job-store.ts'] }
