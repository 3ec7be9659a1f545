import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { Semaphore } from '../../src/util/semaphore.js'
import { startPostgres } from '../servers/postgres-server.js'
import { bundleProgram } from './bundle-importer.js'
import { allCombinations, type Combination, fewCombinations, nameOf } from './combination.js'
import { LogData } from './log-data.js'
import { needsPostgres, PAIRS, type Pair } from './pairs.js'
import { ResultTable } from './result-table.js'
import { gauntletOf, type RunResult, runCombination, runGauntlet, type Stage } from './run-combination.js'

/**
 * `LADING_CRASH`: `all` runs every combination, anything else those whose names hold these words, in any order
 * (`"duckdb freeze P20"`), or `gauntlet`; unset, a few. `LADING_CRASH_ROWS`: rows to import. Pairs with Postgres are
 * skipped where there is none.
 */
const wanted = process.env.LADING_CRASH
const rowsOf = (server: boolean): number =>
  Number(process.env.LADING_CRASH_ROWS ?? (wanted === undefined ? 8_000 : server ? 24_000 : 200_000))
const combinations = wanted === 'all' ? allCombinations() : (wanted ?? '') === '' ? fewCombinations() : matching(wanted ?? '')

/** Longest time for one run, and for its turn. */
const PATIENCE = { timeout: 600_000 }

function matching(words: string): Combination[] {
  return allCombinations().filter((one) => words.split(' ').every((word) => ` ${nameOf(one)} `.includes(` ${word} `)))
}

const server =
  combinations.some(({ pair }) => needsPostgres(pair)) || wanted === 'gauntlet' ? await startPostgres() : { missing: 'not asked for' }
const missing = 'missing' in server ? server.missing : null
const isSkipped = (pair: Pair): boolean => missing !== null && needsPostgres(pair)

const why = (pair: Pair): string => (isSkipped(pair) ? ` (${missing})` : '')

const table = new ResultTable()
const stages = new Map<boolean, Stage>()
let folder: string
let double: S3Double
const stageOf = (pair: Pair): Stage => stages.get(needsPostgres(pair)) as Stage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-crash-'))
  const program = await bundleProgram(fileURLToPath(new URL('importer.ts', import.meta.url)), folder)
  double = await startS3Double()
  const postgres = 'url' in server ? server.url : ''
  const made = new Map<number, LogData>()
  for (const onServer of [false, true]) {
    const rows = rowsOf(onServer)
    const data = made.get(rows) ?? (await LogData.make(rows, join(folder, 'data')))
    made.set(rows, data)
    stages.set(onServer, { double, data, program, folder, batchRows: rows < 50_000 ? 256 : 2_048, postgres })
  }
})
afterAll(async () => {
  await double.close()
  for (const data of new Set([...stages.values()].map((stage) => stage.data))) data.close()
  await rm(folder, { recursive: true })
  if ('stop' in server) await server.stop()
  process.stdout.write(`\n${wanted === undefined ? table.summary : table}\n`)
})

describe.concurrent('an import that is killed, frozen or cut off', () => {
  // Two processors, and each run is a process or two.
  const turns = new Semaphore(2)

  for (const combination of combinations) {
    const { pair } = combination
    const name = nameOf(combination)
    test.skipIf(isSkipped(pair))(`${name}${why(pair)}`, PATIENCE, async () => {
      await check(name, [combination], () => runCombination(stageOf(pair), combination))
    })
  }

  for (const pair of PAIRS) {
    if (wanted !== 'all' && wanted !== 'gauntlet' && (wanted !== undefined || needsPostgres(pair))) continue
    test.skipIf(isSkipped(pair))(`${pair.name}, killed at every point in a row${why(pair)}`, PATIENCE, async () => {
      const all = gauntletOf(pair).map((point) => ({ pair, mode: 'kill' as const, point }))
      await check('gauntlet', all, () => runGauntlet(stageOf(pair), pair))
    })
  }

  async function check(name: string, covers: Parameters<ResultTable['add']>[0][], run: () => Promise<RunResult>): Promise<void> {
    const done = await turns.acquire()
    const told = (result: RunResult | null): void => {
      for (const one of covers) table.add(one, result)
      done()
    }
    const result = await run().catch((error: unknown) => {
      told(null)
      throw error
    })
    told(result)
    const { hit, losses, doubles, problems, trouble } = result
    const rows = rowsOf(covers.some(({ pair }) => needsPostgres(pair)))
    const alone = `Alone: LADING_CRASH="${name}" LADING_CRASH_ROWS=${rows} npx vitest run --config test/vitest.config.ts test/crash\n${trouble}`
    expect({ hit, losses, doubles, problems }, alone).toEqual({ hit: true, losses: 0, doubles: 0, problems: [] })
  }
})
