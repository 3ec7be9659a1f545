import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkArchitecture, type SourceFile, sizeDistribution } from './tooling/check-architecture.js'
import { findLeaks } from './tooling/tracked-leaks.js'

const root = fileURLToPath(new URL('..', import.meta.url))

const sources = (): SourceFile[] =>
  readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: `src/${name.replaceAll('\\', '/')}`, text: readFileSync(`${root}src/${name}`, 'utf8') }))

/** Files that keep every rule, so that each case below breaks one alone. */
const lawful: Readonly<Record<string, string>> = {
  'src/index.ts': "export { ImportJob } from './job/import-job.js'\nexport type { Sink } from './contracts/sink.js'\n",
  'src/entries/arrow.ts': "export { toArrow } from '../arrow/to-arrow.js'\n",
  'src/model/file.ts': 'export interface File { key: string }\n',
  'src/errors.ts': "import type { File } from './model/file.js'\nexport class ImportError extends Error { file?: File }\n",
  'src/util/clock.ts': "import { setTimeout } from 'node:timers/promises'\nexport const sleep = setTimeout\n",
  'src/contracts/sink.ts': "import type { File } from '../model/file.js'\nexport interface Sink { begin(file: File): void }\n",
  'src/access/ingestion-key.ts': 'export const same = (a: string, b: string) => a === b\n',
  'src/sources/s3/s3-source.ts':
    "import type { S3Client } from '@aws-sdk/client-s3'\nimport { same } from '../../access/ingestion-key.js'\nexport const s3 = async (c?: S3Client) => [same, c, await import('@aws-sdk/client-s3')]\n",
  'src/decoders/batch-cutter.ts': 'export const cut = 1\n',
  'src/decoders/csv/csv-decoder.ts':
    "import { cut } from '../batch-cutter.js'\nexport const csv = async () => [cut, await import('csv-parse')]\n",
  'src/decoders/detect/formats.ts': "import { csv } from '../csv/csv-decoder.js'\nexport const formats = [csv]\n",
  'src/arrow/to-arrow.ts': "import { RecordBatch } from 'apache-arrow'\nexport const toArrow = () => RecordBatch\n",
  'src/job/import-job.ts':
    "import { EventEmitter } from 'eventemitter3'\nimport { formats } from '../decoders/detect/formats.js'\nimport { step } from './step.js'\nexport class ImportJob { parts = [EventEmitter, formats, step] }\n",
  'src/job/step.ts': 'export const step = 1\n',
  'src/isolation/protocol.ts': 'export const version = 1\n',
  'src/isolation/far-side/run.ts':
    "import { csv } from '../../decoders/csv/csv-decoder.js'\nimport { version } from '../protocol.js'\nexport const run = [csv, version]\n",
  'src/testing/kit.ts': "import { ImportJob } from '../job/import-job.js'\nexport const kit = ImportJob\n",
}

const rulesBrokenBy = (changed: Readonly<Record<string, string>>): string[] =>
  checkArchitecture(Object.entries({ ...lawful, ...changed }).map(([path, text]) => ({ path, text }))).map(({ rule }) => rule)

const lines = (count: number): string => 'export const x = 1\n'.repeat(count)

/** Each rule, and a change to the lawful files that must be caught by it. */
const crimes: readonly (readonly [rule: string, changed: Readonly<Record<string, string>>])[] = [
  ['floor', { 'src/model/file.ts': "import { sleep } from '../util/clock.js'\nexport const file = sleep\n" }],
  ['floor', { 'src/util/clock.ts': "import type { File } from '../model/file.js'\nexport type Clock = File\n" }],
  ['floor', { 'src/decoders/csv/csv-decoder.ts': "import { formats } from '../detect/formats.js'\nexport const csv = formats\n" }],
  ['floor', { 'src/sinks/memory/memory-sink.ts': "import type { ImportJob } from '../../job/import-job.js'\nexport type X = ImportJob\n" }],
  ['floor', { 'src/sinks/memory/memory-sink.ts': "export { csv } from '../../decoders/csv/csv-decoder.js'\nexport const x = 1\n" }],
  ['floor', { 'src/sinks/memory/memory-sink.ts': "export const x = () => import('../../sources/s3/s3-source.js')\n" }],
  ['floor', { 'src/sinks/memory/memory-sink.ts': "export type X = import('../../access/ingestion-key.js').X\n" }],
  ['floor', { 'src/job/step.ts': "export type { s3 } from '../sources/s3/s3-source.js'\nexport const step = 1\n" }],
  [
    'floor',
    {
      'src/isolation/host.ts': "import { run } from './far-side/run.js'\nexport const host = run\n",
      'src/isolation/far-side/run.ts': 'export const run = 1\n',
    },
  ],
  ['private-of-job', { 'src/testing/kit.ts': "import { step } from '../job/step.js'\nexport const kit = step\n" }],
  ['contracts-types-only', { 'src/contracts/sink.ts': "import { ImportError } from '../errors.js'\nexport type Sink = ImportError\n" }],
  ['entry-import', { 'src/job/step.ts': "export const step = () => import('../index.js')\n" }],
  ['suffix', { 'src/job/step.ts': "import { ImportJob } from './import-job'\nexport const step = ImportJob\n" }],
  ['unresolved', { 'src/job/step.ts': "import { gone } from './gone.js'\nexport const step = gone\n" }],
  ['literal-imports', { 'src/job/step.ts': 'export const step = (name: string) => import(name)\n' }],
  ['late-builtin', { 'src/stores/sqlite/open.ts': "import { DatabaseSync } from 'node:sqlite'\nexport const open = DatabaseSync\n" }],
  ['unknown-package', { 'src/job/step.ts': "import debug from 'debug'\nexport const step = debug\n" }],
  ['package-room', { 'src/job/step.ts': "import type { Table } from 'apache-arrow'\nexport type Step = Table\n" }],
  ['package-room', { 'src/sinks/duckdb/x.ts': "export const x = () => import('libsql')\n" }],
  ['heavy-static', { 'src/decoders/csv/csv-decoder.ts': "import { parse } from 'csv-parse/sync'\nexport const csv = parse\n" }],
  // Kept by the compiler as `import {} from …`: only `import type` goes away.
  ['heavy-static', { 'src/decoders/avro/avro.ts': "import { type Type } from 'avsc'\nexport type Avro = Type\n" }],
  ['root-reaches', { 'src/decoders/csv/csv-decoder.ts': "import { parse } from 'csv-parse'\nexport const csv = parse\n" }],
  [
    'root-reaches',
    {
      'src/job/step.ts': "import { s3 } from '../sources/s3/s3-source.js'\nexport const step = s3\n",
      'src/sources/s3/s3-source.ts': "import '@aws-sdk/client-s3'\nexport const s3 = 1\n",
    },
  ],
  ['entry-logic', { 'src/index.ts': "export * from './job/import-job.js'\n" }],
  ['entry-logic', { 'src/entries/arrow.ts': 'export const answer = 42\n' }],
  ['entry-logic', { 'src/entries/arrow.ts': "import { toArrow } from '../arrow/to-arrow.js'\nexport { toArrow }\n" }],
  ['barrel', { 'src/job/all.ts': "export { step } from './step.js'\n" }],
  ['barrel', { 'src/job/index.ts': 'export const x = 1\n' }],
  ['kebab-case', { 'src/job/FileRun.ts': 'export const x = 1\n' }],
  ['dumping-ground', { 'src/job/helpers.ts': 'export const x = 1\n' }],
  ['dumping-ground', { 'src/sinks/common/x.ts': 'export const x = 1\n' }],
  ['unknown-room', { 'src/plugins/x.ts': 'export const x = 1\n' }],
  ['file-size', { 'src/job/big.ts': lines(501) }],
  ['contract-size', { 'src/contracts/big.ts': lines(151) }],
  ['usual-size', { 'src/job/a.ts': lines(300), 'src/job/b.ts': lines(300) }],
  ['median-size', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`src/job/f${i}.ts`, lines(121)]))],
]

describe('the checker', () => {
  test('finds nothing in lawful files', () => {
    expect(rulesBrokenBy({})).toEqual([])
  })

  test.each(crimes)('catches %s (%#)', (rule, changed) => {
    expect(rulesBrokenBy(changed)).toContain(rule)
  })

  test('says where and by which way the root entry reaches a heavy package', () => {
    const files = Object.entries({ ...lawful, 'src/job/step.ts': "import 'avsc'\nexport const step = 1\n" })
    const found = checkArchitecture(files.map(([path, text]) => ({ path, text }))).find(({ rule }) => rule === 'root-reaches')
    expect(found).toEqual({
      rule: 'root-reaches',
      at: 'src/job/step.ts:1',
      message: 'src/index.ts → src/job/import-job.ts → src/job/step.ts → avsc',
    })
  })
})

describe('the sources', () => {
  const files = sources()

  test('keep the floors, the entries thin, the names telling and the files small', () => {
    const { largest, median, usualShare, ...totals } = sizeDistribution(files)
    console.info(
      [
        `${totals.files} files, ${totals.lines} lines; median ${median}, ${(100 * usualShare).toFixed(0)} % under 300; largest:`,
        ...largest.map(({ path, lines }) => `  ${String(lines).padStart(4)} ${path}`),
      ].join('\n'),
    )
    expect(files.length).toBeGreaterThan(0)
    expect(checkArchitecture(files)).toEqual([])
  })
})

describe('tracked files', () => {
  test('name no machine and no registry', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
    expect(tracked.length).toBeGreaterThan(0)
    const leaks = tracked.flatMap((path) => {
      const bytes = readFileSync(`${root}${path}`)
      return bytes.includes(0) ? [] : findLeaks(path, bytes.toString('utf8'))
    })
    expect(leaks).toEqual([])
  })

  test.each([
    ['path of a machine', `cd ${['', 'work', 'main'].join('/')}`],
    ['path of a machine', `"${['', 'tmp', 'x.csv'].join('/')}"`],
    ['host of a registry', ['https://registry', 'example', 'org/lading'].join('.')],
    ['host of a registry', `${'"resol'}${'ved": "https://example.test/a.tgz"'}`],
  ])('are caught with a %s', (what, line) => {
    expect(findLeaks('a.txt', `fine\n${line}\n`)).toEqual([{ at: 'a.txt:2', what }])
  })

  test.each(['s3://bucket/tmp/part.csv', `\${root}/work/x`, 'a/work/x', './tmp/x'])('may say %s', (line) => {
    expect(findLeaks('a.txt', line)).toEqual([])
  })
})
