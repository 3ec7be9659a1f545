import type { JobStore } from '../../src/contracts/job-store.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { SeededRandom } from './seeded-random.js'
import { rowByRowSink, type SimulatedSink, transactionalSink } from './simulated-sink.js'
import type { Turns } from './turns.js'

/** How often things happen, per step. */
export interface Rates {
  readonly bucket: number
  readonly time: number
  readonly crash: number
  readonly freeze: number
  readonly thaw: number
  readonly error: number
  readonly slow: number
  readonly start: number
  readonly edit: number
  readonly pause: number
  readonly repeat: number
}

/** What one seed plays. */
export interface Scenario {
  readonly delivery: 'transactional' | 'idempotent' | 'plain'
  readonly overwrites: 'ignore' | 'import' | 'replace'
  readonly keys: number
  readonly workers: number
  /** Probability that a put brings back what was there before. */
  readonly again: number
  readonly steps: number
  readonly rates: Rates
  /** Choices of `batchRows`, one per start of a worker. */
  readonly batchRows: readonly number[]
  readonly store: (now: () => Date) => JobStore
  readonly sink: (turns: Turns) => SimulatedSink
}

/** What a test wants of every seed. */
export type GivenScenario = Partial<Omit<Scenario, 'rates'>> & { readonly rates?: Partial<Rates> }

const often: Rates = {
  bucket: 0.02,
  time: 0.06,
  crash: 0.006,
  freeze: 0.008,
  thaw: 0.004,
  error: 0.02,
  slow: 0.02,
  start: 0.01,
  edit: 0.002,
  pause: 0.002,
  repeat: 0.004,
}

/** The scenario of a seed: its own choices, but for those that are given. */
export function scenarioOf(seed: number, given: GivenScenario = {}): Scenario {
  const random = new SeededRandom(seed ^ 0x5eed)
  const delivery = given.delivery ?? random.pick(['transactional', 'transactional', 'transactional', 'idempotent', 'plain'] as const)
  const scale = (): number => random.pick([0, 0.5, 1, 1, 2, 4])
  const rates = Object.fromEntries(Object.entries(often).map(([name, rate]) => [name, rate * scale()])) as unknown as Rates
  return {
    delivery,
    overwrites: delivery === 'transactional' ? random.pick(['replace', 'replace', 'import', 'ignore']) : random.pick(['import', 'ignore']),
    keys: random.integer(1, 4),
    workers: random.integer(1, 4),
    again: random.pick([0, 0.3, 0.7]),
    steps: random.integer(200, 500),
    batchRows: random.pick([[8], [8, 16], [8, 16, 32]]),
    store: (now) => memoryStore({ now }),
    sink: (turns) => (delivery === 'transactional' ? transactionalSink() : rowByRowSink(turns, { delivery })),
    ...given,
    rates: { ...rates, bucket: Math.max(rates.bucket, 0.01), time: Math.max(rates.time, 0.03), ...given.rates },
  }
}
