import type { ProbePoint } from '../../src/util/probe.js'

export type StoreKind = 'sqlite' | 'postgres'
export type SinkKind = 'ndjson' | 'duckdb' | 'postgres'

/** A store and a sink, and what follows from their being together. */
export interface Pair {
  readonly name: string
  readonly store: StoreKind
  readonly sink: SinkKind
  /** `shared`: rows and ledger are one transaction, sealed last. */
  readonly delivery: 'shared' | 'transactional'
  /** Whether it can swap the rows of a key. */
  readonly replaces: boolean
  /** One process at a time may have the sink's database. */
  readonly oneProcess: boolean
  /** Points that it never passes. */
  readonly without: readonly ProbePoint[]
}

const transactional = { delivery: 'transactional', replaces: true, oneProcess: false, without: [] } as const

export const PAIRS: readonly Pair[] = [
  { ...transactional, name: 'ndjson sqlite', sink: 'ndjson', store: 'sqlite', replaces: false },
  { ...transactional, name: 'duckdb sqlite', sink: 'duckdb', store: 'sqlite', oneProcess: true },
  // The receipt is the ledger row itself: it is never found elsewhere, and never completed apart.
  { ...transactional, name: 'postgres shared', sink: 'postgres', store: 'postgres', delivery: 'shared', without: ['P11', 'P23'] },
  { ...transactional, name: 'ndjson postgres', sink: 'ndjson', store: 'postgres', replaces: false },
  { ...transactional, name: 'postgres sqlite', sink: 'postgres', store: 'sqlite' },
]

export const needsPostgres = ({ store, sink }: Pair): boolean => store === 'postgres' || sink === 'postgres'

export function pairNamed(name: string): Pair {
  const pair = PAIRS.find((one) => one.name === name)
  if (pair === undefined) throw new Error(`no pair ${name}`)
  return pair
}
