import type { Sink } from '../../../src/contracts/sink.js'
import { sinkFile } from '../sink-file.js'
import type { JoinFile } from './join-data.js'

export interface Import<F = JoinFile> {
  readonly file: F
  readonly version: string
  readonly generation: number
}

interface Contents<F> {
  readonly files: readonly F[]
  /** Other contents that some of the files had before. */
  readonly olderVersions: readonly F[]
}

/** Numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * All files in random order, some of them twice (as another generation) and some after an older version of themselves.
 * What happens to one key keeps its own order.
 */
export function importOrder<F extends { readonly key: string }>({ files, olderVersions }: Contents<F>, seed: number): Import<F>[] {
  const next = random(seed)
  const imports = files.flatMap((file): Import<F>[] => {
    const older = olderVersions
      .filter(({ key }) => key === file.key)
      .map((before) => ({ file: before, version: 'e:older:1', generation: 1 }))
    const again = next() < 0.1 ? [{ file, version: 'e:now:1', generation: 2 }] : []
    return [...older, { file, version: 'e:now:1', generation: 1 }, ...again]
  })
  const places = imports.map(({ file: { key } }) => ({ key, at: next() })).sort((a, b) => a.at - b.at)
  const left = grouped(imports)
  return places.map(({ key }) => left.get(key)?.shift() as Import<F>)
}

function grouped<F extends { readonly key: string }>(imports: readonly Import<F>[]): Map<string, Import<F>[]> {
  const groups = new Map<string, Import<F>[]>()
  for (const one of imports) groups.set(one.file.key, [...(groups.get(one.file.key) ?? []), one])
  return groups
}

/** Runs the imports in two lanes; a key stays in its lane. @returns rows written, repeats included */
export async function runImports(sink: Sink<object>, imports: readonly Import[]): Promise<number> {
  const options = { signal: new AbortController().signal }
  let fence = 0
  let rows = 0
  const laneOf = ({ file: { key } }: Import): number => Number(key.slice(-1)) % 2
  const run = async (lane: readonly Import[]): Promise<void> => {
    for (const { file, version, generation } of lane) {
      fence++
      const { key, sourceTime, rowCount } = file
      const writer = await sink.begin(sinkFile({ key, version, generation, sourceTime, fence, replacesKey: true }), options)
      if (!('write' in writer)) throw new Error(`${key} is there already`)
      for (const batch of file.batches()) await writer.write(batch, options)
      await writer.commit({ rows: rowCount, rejected: 0 }, options)
      rows += rowCount
    }
  }
  await Promise.all([0, 1].map((lane) => run(imports.filter((one) => laneOf(one) === lane))))
  return rows
}
