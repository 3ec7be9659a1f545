import { join } from 'node:path'
import { type BenchCase, isWhole } from '../bench-cases.js'
import { rejectedPerThousand } from '../bench-columns.js'
import { type ChecksumResult, differences } from '../checksum/checksum.js'
import { type DataFile, dataFiles, rowsOfFile } from '../data/data-files.js'
import type { CaseRun } from './case-result.js'
import { runCase } from './run-case.js'

export interface Rounds {
  readonly script: string
  readonly cases: readonly BenchCase[]
  readonly folders: { readonly warm: string; readonly data: string; readonly scratch: string }
  /** Rows of most files. */
  readonly rows: number
  readonly runs: number
  /** No round is begun that would end after this, by the last one's length (`performance.now()`). */
  readonly deadline: number
  /** Where CPU profiles go; none are made when absent. */
  readonly profiles?: string | undefined
  readonly say: (line: string) => void
}

export interface RoundsResult {
  readonly runsOf: ReadonlyMap<BenchCase, { readonly fileRows: number; readonly results: readonly CaseRun[] }>
  /** Cases that died or accepted something else than the others, and how. */
  readonly failures: readonly string[]
}

/** Runs all cases once, then all again: whatever slows the machine down for a while, slows all alike. */
export async function runRounds({ script, cases, folders, rows, runs, deadline, profiles, say }: Rounds): Promise<RoundsResult> {
  const runsOf = new Map<BenchCase, { fileRows: number; results: CaseRun[] }>()
  const failures: string[] = []
  const failed = new Set<BenchCase>()
  const checker = agreement()
  let roundMs = 0
  for (let round = 1; round <= runs; round++) {
    if (round > 1 && performance.now() + roundMs > deadline) {
      say(`the time is up after ${round - 1} of ${runs} runs`)
      break
    }
    const begun = performance.now()
    for (const benchCase of cases) {
      if (failed.has(benchCase)) continue
      const { section, program, isolation, id } = benchCase
      const name = dataFiles[section.file]
      const fileRows = rowsOfFile(section.file, rows)
      try {
        const flags =
          profiles === undefined
            ? []
            : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${id.replaceAll(' ', '-')}.cpuprofile`]
        const order = { program, isolation: isolation ?? 'inline', vectors: section.vectors ?? false, scratch: folders.scratch } as const
        const run = await runCase(script, { ...order, path: join(folders.data, name), warmPath: join(folders.warm, name) }, flags)
        checker(benchCase, fileRows, run)
        const known = runsOf.get(benchCase) ?? { fileRows, results: [] }
        known.results.push(run)
        runsOf.set(benchCase, known)
        say(`${round}/${runs} ${lineOf(id, fileRows, run)}`)
      } catch (error) {
        failed.add(benchCase)
        failures.push(`${id}: ${error instanceof Error ? error.message : error}`)
        say(`${round}/${runs} ${id}: FAILED`)
      }
    }
    roundMs = performance.now() - begun
  }
  return { runsOf, failures }
}

/** Throws when a case does not accept what the first one of its file did, or not as many rows as there are good ones. */
function agreement(): (benchCase: BenchCase, fileRows: number, result: ChecksumResult) => void {
  const first = new Map<DataFile, { readonly id: string; readonly result: ChecksumResult }>()
  return ({ id, section, program }, fileRows, result) => {
    const good = fileRows - Math.round((fileRows / 1000) * rejectedPerThousand)
    const wanted = program === 'decode-only' ? fileRows : good
    if (Math.abs(result.rows - wanted) > rejectedPerThousand) throw new Error(`${result.rows} rows instead of ${wanted}`)
    if (!isWhole(program)) return
    const known = first.get(section.file) ?? { id, result }
    first.set(section.file, known)
    const found = differences(known.result, result)
    if (found.length > 0) throw new Error(`${found.join(', ')} differs from ${known.id}`)
  }
}

const lineOf = (id: string, rows: number, { wallMs, peakMb, stallMs, othersCores }: CaseRun): string =>
  [
    id.padEnd(38),
    `${(wallMs / 1000).toFixed(2)} s`.padStart(8),
    `${(rows / wallMs).toFixed(0)} krow/s`.padStart(12),
    `${peakMb.toFixed(0)} MB`.padStart(8),
    `stall ${stallMs.toFixed(0)} ms`.padStart(14),
    othersCores > 0.3 ? `others ${othersCores.toFixed(1)} cores` : '',
  ]
    .join(' ')
    .trimEnd()
