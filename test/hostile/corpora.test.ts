import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleProgram } from '../crash/bundle-importer.js'
import { corpora, corpusFiles, skipNote } from '../decoders/corpora.js'
import { type Ending, runInChildren } from './child-pool.js'
import { partitionsOf, type ShownFile } from './compare.js'
import type { CorporaAnswer, CorporaJob } from './corpora-job.js'
import { nameFor } from './decode-file.js'
import { deviations } from './deviations.js'

const MiB = 1024 * 1024
const formats = ['csv', 'parquet', 'avro', 'arrow'] as const
/** Of one file: what is stopped at a budget, and what is read and compared. */
const limitMs = 5_000
const deadlineMs = 30_000
const limitBytes = 300 * MiB

describe.skipIf(corpora === undefined)(`Files of others${skipNote}`, () => {
  let folder: string
  let program: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-corpora-'))
    program = await bundleProgram(fileURLToPath(new URL('./corpora-child.ts', import.meta.url)), folder)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('end as the index of the corpora says', { timeout: 300_000 }, async () => {
    const jobs = formats.flatMap(jobsOf)
    expect(jobs.length).toBeGreaterThan(0)
    const isLimit = ({ expected }: CorporaJob): boolean => expected === 'limit'
    const endings = new Map<CorporaJob, Ending<CorporaAnswer>>()
    for (const [work, options] of [
      [jobs.filter((job) => !isLimit(job)), { deadlineMs }],
      // One child each, so that the memory measured is the file's; alone, so that the time is.
      [jobs.filter(isLimit), { deadlineMs, fresh: true, children: 1 }],
    ] as const) {
      const ended = await runInChildren<CorporaJob, CorporaAnswer>(program, work, options)
      for (const [i, job] of work.entries()) endings.set(job, ended[i] as Ending<CorporaAnswer>)
    }
    const rows = [...endings].map(([job, ending]) => ({ job, ending, problems: problemsOf(job, ending) }))
    console.log(tableOf(rows))
    const found = rows.filter(({ problems }) => problems.length > 0)
    const unexpected = found.filter(({ job }) => !deviations.has(nameIn(job)))
    expect(unexpected.map(({ job, problems }) => `${nameIn(job)} (${job.expected}): ${problems.join('; ')}`)).toEqual([])
    expect([...deviations.keys()].filter((name) => !found.some(({ job }) => nameIn(job) === name))).toEqual([])
  })
})

const nameIn = (job: CorporaJob): string => job.path.slice((corpora ?? '').length).replace(/^\//, '')

function jobsOf(format: (typeof formats)[number]): CorporaJob[] {
  const lines = readFileSync(join(corpora ?? '', 'expected-parquet-duckdb.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const shown = new Map(lines.map((line) => JSON.parse(line) as ShownFile).map((file) => [file.file, file]))
  return corpusFiles(format).map(({ path, expected, rows, columns, reference }) => ({
    path: join(corpora ?? '', path),
    key: nameFor(path, format),
    format,
    expected,
    // Where the reference saw no header, our first row is one.
    rows: rows === undefined ? null : reference.includes('no header') ? rows - 1 : rows,
    columns: columns === undefined ? null : columns - addedByPath(path, shown.get(path)),
    shown: shown.get(path) ?? null,
  }))
}

/** Columns that the reference took from the path alone; the file's first row has no more of its own than the rest. */
const addedByPath = (path: string, file: ShownFile | undefined): number =>
  [...partitionsOf(path)].filter((name) => file === undefined || file.names.includes(name)).length

/** Everything that a file did and may not. */
function problemsOf(job: CorporaJob, ending: Ending<CorporaAnswer>): string[] {
  if ('death' in ending) return [`died: ${ending.death}`]
  const { code, message, rows, columns, problems, ms, overIdle } = ending.answer
  const found = [...problems]
  const isRead = code === 'ok'
  switch (job.expected) {
    case 'decodes':
      if (!isRead) found.push(`${code}: ${message}`)
      break
    case 'reject':
      if (isRead) found.push(`${rows} rows were read`)
      break
    case 'limit':
      if (code !== 'BUDGET_EXCEEDED') found.push(`${code}: ${message}, not stopped at a budget`)
      if (ms > limitMs) found.push(`took ${Math.round(ms)} ms`)
      if (overIdle > limitBytes) found.push(`took ${Math.round(overIdle / MiB)} MiB over idle`)
  }
  if (isRead && (job.expected === 'decodes' || job.expected === 'exact-or-reject')) {
    if (job.rows !== null && job.rows !== rows) found.push(`${rows} rows, the index says ${job.rows}`)
    if (job.columns !== null && job.columns !== columns) found.push(`${columns} columns, the index says ${job.columns}`)
  }
  return found
}

interface Row {
  readonly job: CorporaJob
  readonly ending: Ending<CorporaAnswer>
  readonly problems: readonly string[]
}

function tableOf(rows: readonly Row[]): string {
  const lines = [
    [
      'format',
      'class',
      'files',
      'as expected',
      'deviate',
      'read',
      'refused',
      'died',
      'cells compared',
      'columns not read',
      'slowest ms',
      'most MiB',
    ].join('\t'),
  ]
  for (const format of formats) {
    for (const expected of ['decodes', 'exact-or-reject', 'reject', 'no-crash', 'limit']) {
      const of = rows.filter(({ job }) => job.format === format && job.expected === expected)
      if (of.length === 0) continue
      const answers = of.flatMap(({ ending }) => ('answer' in ending ? [ending.answer] : []))
      const good = of.filter(({ problems }) => problems.length === 0).length
      const read = answers.filter(({ code }) => code === 'ok').length
      const sum = (of: (answer: CorporaAnswer) => number): number => answers.reduce((total, answer) => total + of(answer), 0)
      const slowest = Math.round(Math.max(0, ...answers.map(({ ms }) => ms)))
      const most = expected === 'limit' ? Math.round(Math.max(0, ...answers.map(({ overIdle }) => overIdle)) / MiB) : ''
      const numbers = [of.length, good, of.length - good, read, answers.length - read, of.length - answers.length]
      lines.push([format, expected, ...numbers, sum(({ compared }) => compared), sum(({ unread }) => unread), slowest, most].join('\t'))
    }
  }
  return lines.join('\n')
}
