import { describe, expect, test } from 'vitest'
import { mutations } from './broken-parts.js'
import { checkInvariants } from './check-invariants.js'
import { scenarioOf } from './scenario.js'
import { Simulation } from './simulation.js'

const MOST_SEEDS = 1_000

/** The simulation finds what it should: each safeguard is missed as soon as it is gone. */
describe('without a safeguard the simulation finds a broken promise', () => {
  for (const { name, scenario, from = 1 } of mutations) {
    test(name, { timeout: 600_000 }, async () => {
      let problems: readonly string[] = []
      let seed = from - 1
      while (problems.length === 0 && seed < from + MOST_SEEDS) {
        seed++
        problems = checkInvariants(await new Simulation(seed, scenarioOf(seed, scenario)).run())
      }
      console.log(`${name}: found by seed ${seed}: ${problems[0]}`)
      expect(problems, `not found by ${MOST_SEEDS} seeds`).not.toEqual([])
    })
  }
})
