import { describe, expect, test } from 'vitest'
import { checkInvariants } from './check-invariants.js'
import { protocolSink } from './protocol-sink.js'
import { type GivenScenario, scenarioOf } from './scenario.js'
import { type Outcome, Simulation } from './simulation.js'

const all = process.env.LADING_CRASH === 'all'
const replayed = process.env.LADING_SIM_SEED
const seeds = replayed !== undefined ? [Number(replayed)] : Array.from({ length: all ? 10_000 : 60 }, (_, i) => i + 1)

function run(seed: number, given?: GivenScenario): Promise<Outcome> {
  return new Simulation(seed, scenarioOf(seed, given)).run()
}

/** What a failing seed says, and how to see it again. */
function told(seed: number, { scenario, trace }: Outcome, problems: readonly string[]): string {
  const { delivery, overwrites } = scenario
  if (replayed !== undefined) console.log(trace.join('\n'))
  return [`LADING_SIM_SEED=${seed} (${delivery}, ${overwrites}):`, ...problems.slice(0, 5)].join('\n  ')
}

describe('many workers over one bucket, one store and one sink', () => {
  test(`${seeds.length} seeds keep every promise`, { timeout: 3_600_000 }, async () => {
    const broken: string[] = []
    const seen = { imported: 0, failed: 0, skipped: 0, lost: 0, rows: 0 }
    for (const seed of seeds) {
      const outcome = await run(seed)
      const problems = checkInvariants(outcome)
      if (problems.length > 0) broken.push(told(seed, outcome, problems))
      const { files } = outcome.tally
      seen.imported += files.imported
      seen.failed += files.failed
      seen.skipped += files.skipped
      seen.rows += outcome.rows.length
      seen.lost += [...outcome.attempts.values()].flat().filter((one) => one.outcome === 'lost').length
    }
    console.log(`simulation: ${seeds.length} seeds, ${JSON.stringify(seen)}`)
    expect(broken).toEqual([])
    if (replayed === undefined) for (const count of Object.values(seen)) expect(count).toBeGreaterThan(seeds.length / 20)
  })

  test('the commit protocol in its shortest form keeps them too', { timeout: 3_600_000 }, async () => {
    for (const seed of seeds.slice(0, all ? 1_000 : 5)) {
      const outcome = await run(seed, { delivery: 'transactional', sink: (turns) => protocolSink(turns) })
      expect(checkInvariants(outcome), `LADING_SIM_SEED=${seed}`).toEqual([])
    }
  })

  test('a seed tells the same story again', { timeout: 600_000 }, async () => {
    for (const seed of seeds.slice(0, 5)) {
      const [first, second] = [await run(seed), await run(seed)]
      expect(second.trace).toEqual(first.trace)
      expect(second.rows).toEqual(first.rows)
    }
  })
})
