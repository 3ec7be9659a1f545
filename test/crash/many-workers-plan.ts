/** A folder; tables beside the store's, in its transactions; tables that another pool writes, in transactions of their own. */
export type ManySinkKind = 'ndjson' | 'postgres shared' | 'postgres apart'

/** All that one of many importer processes needs; its one argument, as JSON. */
export interface ManyPlan {
  readonly postgres: string
  readonly schema: string
  readonly sink: ManySinkKind
  /** Of an ndjson sink. */
  readonly folder: string
  readonly worker: string
  readonly files: number
  readonly rowsPerFile: number
  readonly leaseMs: number
  /** Seeds what happens at the probes. */
  readonly seed: number
}

/** One line of such a process's standard output. */
export type ManyLine =
  | { readonly is: 'freezes' }
  | { readonly is: 'dies' }
  | { readonly is: 'imported'; readonly key: string }
  | { readonly is: 'settled'; readonly key: string }
  | { readonly is: 'refused'; readonly by: 'sink' | 'ledger'; readonly key: string }
  | { readonly is: 'failed'; readonly key: string; readonly error: string }
  | { readonly is: 'trouble'; readonly error: string }
  | { readonly is: 'ended'; readonly quiet: boolean }

export const keyOf = (file: number): string => `day=${file % 7}/part-${String(file).padStart(5, '0')}.csv`

/** Numbers in [0, 1) that look random and are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
