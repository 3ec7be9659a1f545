import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { Semaphore } from '../../src/util/semaphore.js'
import { bundleProgram } from './bundle-importer.js'
import { allCombinations, type Combination, fewCombinations, nameOf } from './combination.js'
import { LogData } from './log-data.js'
import { runCombination, type Stage } from './run-combination.js'

/**
 * `LADING_CRASH`: `all` runs every combination, anything else those whose names hold these words, in any order
 * (`"duckdb freeze P20"`); unset, a few. `LADING_CRASH_ROWS`: rows to import.
 */
const wanted = process.env.LADING_CRASH
const rows = Number(process.env.LADING_CRASH_ROWS ?? (wanted === undefined ? 8_000 : 200_000))
const everything = wanted === 'all' ? allCombinations() : (wanted ?? '') === '' ? fewCombinations() : matching(wanted ?? '')

function matching(words: string): Combination[] {
  return allCombinations().filter((one) => words.split(' ').every((word) => ` ${nameOf(one)} `.includes(` ${word} `)))
}

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
})

describe.concurrent('an import that is killed, frozen or cut off', () => {
  // Two processors, and each run is a process or two.
  const turns = new Semaphore(2)
  test.each(everything.map((combination) => [nameOf(combination), combination] as const))(
    '%s',
    { timeout: 600_000 },
    async (name, combination) => {
      const done = await turns.acquire()
      try {
        const { hit, losses, doubles, problems, trouble } = await runCombination(stage, combination)
        const alone = `Alone: LADING_CRASH="${name}" LADING_CRASH_ROWS=${rows} npx vitest run --config test/vitest.config.ts test/crash\n${trouble}`
        expect({ hit, losses, doubles, problems }, alone).toEqual({ hit: true, losses: 0, doubles: 0, problems: [] })
      } finally {
        done()
      }
    },
  )
})
