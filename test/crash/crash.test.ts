import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { Semaphore } from '../../src/util/semaphore.js'
import { bundleProgram } from './bundle-importer.js'
import { allCombinations, type Combination, fewCombinations, nameOf, SINKS } from './combination.js'
import { LogData } from './log-data.js'
import { ResultTable } from './result-table.js'
import { GAUNTLET, type RunResult, runCombination, runGauntlet, type Stage } from './run-combination.js'

/**
 * `LADING_CRASH`: `all` runs every combination, anything else those whose names hold these words, in any order
 * (`"duckdb freeze P20"`), or `gauntlet`; unset, a few. `LADING_CRASH_ROWS`: rows to import.
 */
const wanted = process.env.LADING_CRASH
const rows = Number(process.env.LADING_CRASH_ROWS ?? (wanted === undefined ? 8_000 : 200_000))
const combinations = wanted === 'all' ? allCombinations() : (wanted ?? '') === '' ? fewCombinations() : matching(wanted ?? '')

/** Longest time for one run, and for its turn. */
const PATIENCE = { timeout: 600_000 }

function matching(words: string): Combination[] {
  return allCombinations().filter((one) => words.split(' ').every((word) => ` ${nameOf(one)} `.includes(` ${word} `)))
}

const table = new ResultTable()
let stage: Stage
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-crash-'))
  const program = await bundleProgram(fileURLToPath(new URL('importer.ts', import.meta.url)), folder)
  const data = await LogData.make(rows, join(folder, 'data'))
  stage = { double: await startS3Double(), data, program, folder, batchRows: rows < 50_000 ? 256 : 2_048 }
})
afterAll(async () => {
  await stage.double.close()
  stage.data.close()
  await rm(stage.folder, { recursive: true })
  process.stdout.write(`\n${wanted === undefined ? table.summary : table}\n`)
})

describe.concurrent('an import that is killed, frozen or cut off', () => {
  // Two processors, and each run is a process or two.
  const turns = new Semaphore(2)

  test.each(combinations.map((combination) => [nameOf(combination), combination] as const))('%s', PATIENCE, async (name, combination) => {
    await check(name, [combination], () => runCombination(stage, combination))
  })

  if (wanted === undefined || wanted === 'all' || wanted === 'gauntlet') {
    test.each(SINKS)('%s, killed at every point in a row', PATIENCE, async (sink) => {
      const all = GAUNTLET.map((point) => ({ sink, mode: 'kill' as const, point }))
      await check('gauntlet', all, () => runGauntlet(stage, sink))
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
    const alone = `Alone: LADING_CRASH="${name}" LADING_CRASH_ROWS=${rows} npx vitest run --config test/vitest.config.ts test/crash\n${trouble}`
    expect({ hit, losses, doubles, problems }, alone).toEqual({ hit: true, losses: 0, doubles: 0, problems: [] })
  }
})
