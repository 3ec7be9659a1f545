import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { benchCases } from './bench-cases.js'
import { benchColumns } from './bench-columns.js'
import { runRounds } from './measure/run-rounds.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-bench-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the Arrow cases of 1,000 rows with a program that says `answer`, an expression over `order`. */
async function roundsOf(answer: string, runs = 1, deadline = Number.POSITIVE_INFINITY) {
  const script = join(folder, `${Math.random()}.mjs`)
  const prelude = 'const order = JSON.parse(process.argv[2])\n'
  await writeFile(script, `${prelude}console.log('noise'); console.log(JSON.stringify(${answer}))\n`)
  const cases = benchCases(['inline'], (id) => /^arrow (lading-columns|arrow-rows)/.test(id))
  const said: string[] = []
  const folders = { warm: folder, data: folder, scratch: folder }
  const result = await runRounds({ script, cases, folders, rows: 1_000, runs, deadline, say: (line) => said.push(line) })
  return { ...result, said, cases }
}

const sums = `new Array(${benchColumns.length + 1}).fill(7)`
const timing = 'wallMs: 10, cpuMs: 5, stallMs: 1, firstMs: 2'

test('cases that agree run in turns', async () => {
  const { runsOf, failures, said, cases } = await roundsOf(`{ rows: 998, sums: ${sums}, ${timing} }`, 2)
  expect(failures).toEqual([])
  expect(cases.map((each) => runsOf.get(each)?.results.length)).toEqual([2, 2])
  expect(said.map((line) => line.slice(0, 14))).toEqual(['1/2 arrow ladi', '1/2 arrow arro', '2/2 arrow ladi', '2/2 arrow arro'])
})

test('a case whose checksum differs fails the bench, by its column', async () => {
  const { failures, runsOf, cases } = await roundsOf(
    `{ rows: 998, sums: ${sums}.map((sum, k) => order.program === 'arrow-rows-valibot' && k === 3 ? 8 : sum), ${timing} }`,
    2,
  )
  expect(failures).toEqual(['arrow arrow-rows-valibot: the checksum of score differs from arrow lading-columns inline'])
  expect(cases.map((each) => runsOf.get(each)?.results.length)).toEqual([2, undefined])
})

test('so does one that drops a row, or its process', async () => {
  const dropped = await roundsOf(`{ rows: 990, sums: ${sums}, ${timing} }`)
  expect(dropped.failures).toHaveLength(2)
  expect(dropped.failures[0]).toContain('990 rows instead of 998')
  const died = await roundsOf(`process.exit(3)`)
  expect(died.failures[0]).toMatch(/^arrow lading-columns inline: .* ended with 3/)
})

test('no round is begun after the time is up', async () => {
  const { runsOf, cases, said } = await roundsOf(`{ rows: 998, sums: ${sums}, ${timing} }`, 5, 0)
  expect(cases.map((each) => runsOf.get(each)?.results.length)).toEqual([1, 1])
  expect(said.at(-1)).toBe('the time is up after 1 of 5 runs')
})
