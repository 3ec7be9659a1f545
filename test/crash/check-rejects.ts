import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isBroken, type LogData } from './log-data.js'
import type { LedgerState } from './read-ledger.js'

interface KeptOutput {
  readonly key: string
  readonly version: string
  readonly generation: number
  readonly rows: readonly number[]
  /** Lines of the CSV, its header included. */
  readonly lines: number
}

/** Refused rows are kept once for each imported file that has some, and for nothing else. */
export async function checkRejects(folder: string, data: LogData, { entries }: LedgerState): Promise<readonly string[]> {
  const problems: string[] = []
  const outputs = await readOutputs(folder)
  for (const { key, version, generation, state } of entries) {
    const kept = outputs.filter((output) => output.key === key && output.version === version && output.generation === generation)
    const object = data.objects.find((one) => one.key === key && one.version === version)
    const broken = Array.from({ length: object?.rows ?? 0 }, (_, i) => i + 1).filter(isBroken)
    // A version that was overwritten between the two commits is skipped without another look at it.
    const expected = state === 'imported' ? broken.length > 0 : state === 'skipped' && kept.length > 0
    if (kept.length !== (expected ? 1 : 0)) problems.push(`${key} ${version} is ${state} and has ${kept.length} outputs of refused rows`)
    for (const { rows, lines } of kept) {
      if (rows.join() !== broken.join() || lines !== broken.length + 1) {
        problems.push(`${key} ${version} refused the rows ${broken}; kept are ${rows}, in a CSV of ${lines} lines`)
      }
    }
  }
  for (const { key, version } of outputs) {
    if (!entries.some((entry) => entry.key === key && entry.version === version))
      problems.push(`${key} ${version} has refused rows and never was`)
  }
  return [...problems, ...(await leftovers(folder))]
}

async function readOutputs(folder: string): Promise<KeptOutput[]> {
  const names = (await readdir(folder)).filter((name) => name !== '.staging')
  return await Promise.all(
    names.map(async (name) => {
      const text = async (file: string): Promise<string> => await readFile(join(folder, name, file), 'utf8')
      const { key, version, generation } = JSON.parse(await text('receipt.json')) as KeptOutput
      const rejected = (await text('rejected.ndjson')).trimEnd().split('\n')
      const csv = (await readdir(join(folder, name))).find((file) => file.endsWith('.rejected.csv')) ?? ''
      const rows = rejected.map((line) => (JSON.parse(line) as { row: number }).row)
      return { key, version, generation, rows, lines: (await text(csv)).trimEnd().split('\n').length }
    }),
  )
}

/** Of each key one marker is left, empty. */
async function leftovers(folder: string): Promise<string[]> {
  const stage = join(folder, '.staging', 'stage')
  const problems: string[] = []
  for (const id of await readdir(stage)) {
    const markers = await readdir(join(stage, id))
    const inside = await Promise.all(markers.map(async (marker) => await readdir(join(stage, id, marker))))
    if (markers.length !== 1 || inside.flat().length > 0) problems.push(`staging of refused rows is left: ${markers} with ${inside.flat()}`)
  }
  return problems
}
