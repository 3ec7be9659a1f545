import type { ProbePoint } from '../../src/util/probe.js'
import type { Overwrites } from './importer-plan.js'
import { needsPostgres, PAIRS, type Pair, pairNamed } from './pairs.js'

/**
 * `kill`: SIGKILL. `freeze`: stopped past its lease while another worker finishes, then woken: by SIGSTOP between
 * processes, or, where the sink lets one process in at a time, two workers in one process. `error`: thrown at the probe,
 * which after an effect is a lost reply.
 */
export type Mode = 'kill' | 'freeze' | 'error'

/** What happens between the fault and the next worker: nothing, a new schema is deployed, or objects are overwritten. */
export type Between = 'nothing' | 'edit' | `overwrite-${Overwrites}`

/** One run of the suite. */
export interface Combination {
  readonly pair: Pair
  readonly mode: Mode
  readonly point: ProbePoint
  readonly nth: number
  /** A first fault, which leads to the point. */
  readonly lead: { readonly point: ProbePoint; readonly act: 'kill' | 'throw' } | null
  readonly between: Between
}

export const POINTS = [...Array.from({ length: 20 }, (_, i) => `P${String(i + 5).padStart(2, '0')}` as ProbePoint), 'P26' as const]
/** Probes after an effect: an error there is a lost reply. */
const REPLIES: readonly ProbePoint[] = ['P06', 'P15', 'P21', 'P23']
export const MODES: readonly Mode[] = ['kill', 'freeze', 'error']

/** A receipt is found only after a commit that the ledger does not know; staging is dropped only after an error. */
export function leadTo(point: ProbePoint): Combination['lead'] {
  if (point === 'P11') return { point: 'P22', act: 'kill' }
  if (point === 'P24') return { point: 'P16', act: 'throw' }
  return null
}

export function nameOf({ pair, mode, point, nth, lead, between }: Combination): string {
  const words = [pair.name, mode, point, `hit ${nth}`]
  if (lead !== null) words.push(`after ${lead.act} at ${lead.point}`)
  if (between !== 'nothing') words.push(between)
  return words.join(' ')
}

function combination(pair: Pair, mode: Mode, point: ProbePoint, nth = 1, between: Between = 'nothing'): Combination {
  const lead = leadTo(point)
  return { pair, mode, point, nth: lead === null ? nth : 1, lead, between }
}

const between = ({ replaces }: Pair): readonly Between[] => [
  'edit',
  'overwrite-ignore',
  replaces ? 'overwrite-replace' : 'overwrite-import',
]

/** Where a sink knows of the file or is about to: servers are slow to start over, so there something comes between only here. */
const AT_SINK: ReadonlySet<ProbePoint> = new Set(['P09', 'P10', 'P15', 'P18', 'P19', 'P20', 'P21', 'P22', 'P26'])

/** Everything: each point, each mode, each pair where it exists; alone at the first and a later hit, then with each thing between. */
export function allCombinations(): Combination[] {
  const all: Combination[] = []
  for (const pair of PAIRS) {
    for (const mode of MODES) {
      for (const point of POINTS) {
        if (pair.without.includes(point)) continue
        all.push(combination(pair, mode, point))
        // An error that is no lost reply is the engine's own business: its tests in one process say more of it.
        if (mode === 'error' && !REPLIES.includes(point)) continue
        if (leadTo(point) === null) all.push(combination(pair, mode, point, laterHit(point)))
        if (needsPostgres(pair) && !AT_SINK.has(point)) continue
        for (const what of between(pair)) all.push(combination(pair, mode, point, 1, what))
      }
      // The fence is raised over one that a dead worker left.
      const lead = { point: 'P16', act: 'kill' } as const
      all.push({ ...combination(pair, mode, 'P10'), lead })
    }
  }
  return all
}

/** Points of a batch are passed often, those of a file eight times in all, types are pinned twice. */
function laterHit(point: ProbePoint): number {
  if (point === 'P13' || point === 'P14' || point === 'P15' || point === 'P16') return 7
  return point === 'P05' || point === 'P08' ? 2 : 4
}

/** The zombie tests and the lost replies, and what is most likely to go wrong with something between. */
export function fewCombinations(): Combination[] {
  const [ndjson, duckdb, shared] = [pairNamed('ndjson sqlite'), pairNamed('duckdb sqlite'), pairNamed('postgres shared')]
  const [onPostgres, apart] = [pairNamed('ndjson postgres'), pairNamed('postgres sqlite')]
  return [
    combination(ndjson, 'freeze', 'P10'),
    combination(ndjson, 'freeze', 'P18', 2, 'edit'),
    combination(ndjson, 'freeze', 'P20'),
    combination(ndjson, 'freeze', 'P14', 3, 'overwrite-import'),
    combination(duckdb, 'freeze', 'P18'),
    combination(duckdb, 'freeze', 'P20'),
    combination(duckdb, 'freeze', 'P22', 1, 'overwrite-replace'),
    combination(ndjson, 'error', 'P06'),
    combination(ndjson, 'error', 'P21', 2),
    combination(duckdb, 'error', 'P15', 3),
    combination(duckdb, 'error', 'P21', 2),
    combination(duckdb, 'error', 'P23'),
    combination(ndjson, 'kill', 'P22', 1, 'edit'),
    combination(duckdb, 'kill', 'P21', 1, 'overwrite-replace'),
    combination(duckdb, 'kill', 'P18', 3, 'edit'),
    combination(ndjson, 'kill', 'P26', 2, 'edit'),
    combination(duckdb, 'freeze', 'P26'),
    combination(shared, 'kill', 'P20', 2),
    combination(shared, 'freeze', 'P18', 1, 'edit'),
    combination(shared, 'error', 'P21', 2),
    combination(onPostgres, 'freeze', 'P20'),
    combination(onPostgres, 'error', 'P06'),
    combination(apart, 'freeze', 'P20', 1, 'overwrite-replace'),
    combination(apart, 'kill', 'P22', 1, 'edit'),
  ]
}
