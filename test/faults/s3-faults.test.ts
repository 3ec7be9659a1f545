import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { LogData } from '../crash/log-data.js'
import { faultCases } from './fault-cases.js'
import { FaultWorld } from './fault-world.js'

let folder: string
let data: LogData
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-faults-'))
  data = await LogData.make(8_000, join(folder, 'data'))
})
const lines: string[] = []
afterAll(async () => {
  data.close()
  await rm(folder, { recursive: true })
  const heading = ['fault', 'first run', 'ms', 'files imported: at first, in the end']
  process.stdout.write(`\n${[heading.join(' | '), ...lines].join('\n')}\n`)
})

describe('what S3 does wrong ends in a complete import or in a typed error', () => {
  test.each(faultCases.map((one) => [one.name, one] as const))('%s', { timeout: 60_000 }, async (name, one) => {
    const { begin, settings, code, state, mend, withinMs = 10_000, overwritten } = one
    const { imported = code === undefined ? 8 : 7 } = one
    await using world = await FaultWorld.start(data, folder)
    world.use(s3Source({ ...world.place, ownership: 'unchecked' }), settings)
    begin(world)

    const first = await world.run()
    lines.push([name, code ?? (imported === 8 ? 'complete' : state), first.ms, `${countImported(first.entries)}, `].join(' | '))
    expect(
      world.hits.every((hits) => hits > 0),
      'each fault struck',
    ).toBe(true)
    expect(first.ms, 'within its deadline').toBeLessThan(withinMs)
    expect({ losses: first.losses, doubles: first.doubles }, 'the sink holds just what the ledger calls imported').toEqual({
      losses: 0,
      doubles: 0,
    })
    expect(countImported(first.entries), 'the other files are imported').toBe(imported)
    const error = first.report.errors.find((thrown) => thrown.code === code)
    if (code === undefined) expect(first.report.errors).toEqual([])
    else {
      expect(first.report.errors.map((thrown) => thrown.code)).toContain(code)
      expect(error?.remedy, 'a remedy').toMatch(/\w{3}/)
    }
    if (state !== undefined) expect(first.entries.map((entry) => entry.state)).toContain(state)

    world.lift()
    mend?.(world)
    if (state === 'failed') await world.retryFailed()
    let last = await world.run()
    // A version that came while its file was read is found by the next listing, one that came back by the one after it.
    for (let runs = 0; runs < 2 && (last.report.remaining > 0 || countImported(last.entries) < 8); runs++) last = await world.run()
    lines[lines.length - 1] += String(countImported(last.entries))
    expect({ losses: last.losses, doubles: last.doubles, errors: last.report.errors }).toEqual({ losses: 0, doubles: 0, errors: [] })
    const held = last.entries.filter((entry) => entry.state === 'imported').map(({ key, version }) => ({ key, version }))
    const wanted = data.firsts.map(({ key }) => ({ key, version: data.object(key, key === overwritten ? 2 : 1).version }))
    expect(held).toEqual(wanted)
  })
})

function countImported(entries: readonly { readonly state: string }[]): number {
  return entries.filter(({ state }) => state === 'imported').length
}
