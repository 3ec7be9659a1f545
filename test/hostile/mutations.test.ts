import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleProgram } from '../crash/bundle-importer.js'
import { type Ending, runInChildren } from './child-pool.js'
import { type GoodFile, goodFiles } from './good-files.js'
import { changed, type Mutation, mutationsOf } from './mutate.js'
import type { MutationAnswer, MutationJob } from './mutation-child.js'

const isWhole = process.env.LADING_MUTATIONS === 'all'
/** Of `LADING_MUTATIONS=all`: each cut, and more flips and words than the promise says. */
const amount = isWhole ? { flips: 300, words: 300 } : { flips: 40, words: 40 }
const cutsPerFile = 60
const seed = Number(process.env.LADING_SEED ?? 20_260_704)

interface Found {
  readonly file: GoodFile
  readonly mutation: Mutation
  readonly ending: Ending<MutationAnswer>
}

describe(`Damaged files${isWhole ? '' : ' (a share of them: LADING_MUTATIONS=all reads every one)'}`, () => {
  let folder: string
  let found: readonly Found[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-mutations-'))
    const program = await bundleProgram(fileURLToPath(new URL('./mutation-child.ts', import.meta.url)), folder)
    const files = await goodFiles(folder)
    const work = files.flatMap((file, i) => {
      const cutEvery = isWhole ? 1 : Math.max(1, Math.floor(file.bytes.length / cutsPerFile))
      return mutationsOf(file.bytes.length, seed + i, { cutEvery, ...amount }).map((mutation) => ({ file, mutation }))
    })
    const jobs = work.map(({ file, mutation }): MutationJob => ({ path: file.path, mutation }))
    const endings = await runInChildren<MutationJob, MutationAnswer>(program, jobs, { deadlineMs: 10_000 })
    found = work.map((each, i) => ({ ...each, ending: endings[i] as Ending<MutationAnswer> }))
    console.log(tableOf(files, found))
  }, 600_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const wrong = (isWrong: (found: Found, answer: MutationAnswer) => boolean): string[] =>
    found
      .filter((each) => 'answer' in each.ending && isWrong(each, each.ending.answer))
      .map(({ file, mutation, ending }) => `${file.name} ${JSON.stringify(mutation)}: ${JSON.stringify(ending)}`)
      .slice(0, 20)

  it('kill nobody, hang nobody, and end in rows or a typed error', () => {
    expect(found.filter(({ ending }) => 'death' in ending).map(({ file, mutation, ending }) => [file.name, mutation, ending])).toEqual([])
    expect(wrong((_, { code }) => code === 'UNTYPED' || code === 'DECODER_FAILED')).toEqual([])
  })

  it('show that they are cut, but where only a count of bytes can tell', () => {
    const isCut = ({ mutation }: Found): boolean => mutation.kind === 'cut'
    expect(
      wrong(({ file, mutation, ...rest }, { code, rows, equal }) => {
        if (!isCut({ file, mutation, ...rest }) || code !== 'ok' || file.format === 'csv') return false
        // A lawful shorter file: its rows are the first of the whole.
        return !(mutation.kind === 'cut' && file.lawfulCuts.has(mutation.length) && equal === rows)
      }),
    ).toEqual([])
  })

  it('give no wrong value when they are CSV and cut, but in the last row', () => {
    expect(
      wrong(
        ({ file, mutation }, { code, rows, equal }) =>
          file.format === 'csv' && mutation.kind === 'cut' && code === 'ok' && isHeaderWhole(file, mutation.length) && equal < rows - 1,
      ),
    ).toEqual([])
  })

  it('are refused, or read as they were, when the damage lies under a checksum', () => {
    const isChecked = ({ file, mutation }: Found): boolean => {
      const [from, to] = changed(mutation, file.bytes.length)
      return mutation.kind !== 'cut' && file.checked.some(([start, end]) => from >= start && to <= end)
    }
    expect(wrong((each, { code, same }) => isChecked(each) && code === 'ok' && !same)).toEqual([])
    expect(found.filter(isChecked).length).toBeGreaterThan(100)
  })
})

/** In a shorter header, other columns come first; there are no rows then. */
const isHeaderWhole = (file: GoodFile, length: number): boolean => Buffer.from(file.bytes).indexOf('\n') < length

function tableOf(files: readonly GoodFile[], found: readonly Found[]): string {
  const lines = [`seed ${seed} (LADING_SEED)`, ['file', 'bytes', 'kind', 'mutants', 'refused', 'as they were', 'other', 'died'].join('\t')]
  for (const file of files) {
    for (const kind of ['cut', 'flip', 'word'] as const) {
      const of = found.filter((each) => each.file === file && each.mutation.kind === kind)
      const answers = of.flatMap(({ ending }) => ('answer' in ending ? [ending.answer] : []))
      const refused = answers.filter(({ code }) => code !== 'ok').length
      const same = answers.filter(({ same }) => same).length
      lines.push(
        [file.name, file.bytes.length, kind, of.length, refused, same, answers.length - refused - same, of.length - answers.length].join(
          '\t',
        ),
      )
    }
  }
  return lines.join('\n')
}
