import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runInChildren } from './child-pool.js'

const program = `
process.on('message', ({ act }) => {
  if (act === 'abort') process.abort()
  if (act === 'loop') for (;;);
  if (act === 'exit') process.exit(7)
  if (act === 'throw') setTimeout(() => { throw new Error('unseen') })
  else if (act === 'reject') Promise.reject(new Error('unhandled'))
  else process.send({ pid: process.pid })
})
process.send('ready')
`
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-pool-'))
  await writeFile(join(folder, 'program.mjs'), program)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a death is the ending of its own work, and the rest goes on', async () => {
  const acts = ['live', 'abort', 'live', 'loop', 'exit', 'throw', 'reject', 'live']
  const endings = await runInChildren<{ act: string }, { pid: number }>(
    join(folder, 'program.mjs'),
    acts.map((act) => ({ act })),
    { deadlineMs: 1_000 },
  )
  const deaths = endings.map((ending) => ('death' in ending ? ending.death : 'lives'))
  expect(deaths).toEqual([
    'lives',
    expect.stringContaining('SIGABRT'),
    'lives',
    'no answer within 1000 ms',
    expect.stringContaining('exit 7'),
    expect.stringContaining('unseen'),
    expect.stringContaining('unhandled'),
    'lives',
  ])
})

test('work may ask for a child of its own', async () => {
  const work = [{ act: 'live' }, { act: 'live' }, { act: 'live' }]
  const pids = async (fresh: boolean) => {
    const endings = await runInChildren<{ act: string }, { pid: number }>(join(folder, 'program.mjs'), work, {
      deadlineMs: 5_000,
      children: 1,
      fresh,
    })
    return new Set(endings.map((ending) => ('answer' in ending ? ending.answer.pid : 0))).size
  }
  expect([await pids(false), await pids(true)]).toEqual([1, 3])
})
