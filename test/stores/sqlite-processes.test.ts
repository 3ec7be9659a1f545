import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { discover, saveJob, signal } from './job-in-store.js'
import { temporaryFile } from './temporary-folder.js'

const workerFile = fileURLToPath(new URL('sqlite-worker.ts', import.meta.url))

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly lines: readonly string[]
}

function runWorker(...args: string[]): { readonly ready: Promise<void>; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', workerFile, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.startsWith('ready')) resolve()
    })
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_code, killedBy) => resolve({ signal: killedBy, lines: output.split('\n') }))
  })
  return { ready, ended }
}

test('four processes on one new file claim 200 files, each exactly once', { timeout: 60_000 }, async () => {
  const path = await temporaryFile('jobs.db')
  // They open the file before anyone has made it.
  const workers = ['one/a', 'two/a', 'three/a', 'four/a'].map((worker) => runWorker('claim', path, worker))
  await Promise.all(workers.map(({ ready }) => ready))
  const store = sqliteStore(path)
  await discover(store, 0, 200)
  const ended = await Promise.all(workers.map((worker) => worker.ended))
  const claimed = ended.map(({ lines }) => JSON.parse(lines[1] ?? '[]') as string[])
  console.info(`claimed by each process: ${claimed.map((keys) => keys.length).join(', ')}`)
  expect(claimed.flat().length).toBe(200)
  expect(new Set(claimed.flat()).size).toBe(200)
  const attempts = await store.ledger.attempts('job', claimed.flat()[0] ?? '', { signal })
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['complete'])
  await store.close?.()
})

test('a process killed half-way through a page leaves nothing of it', { timeout: 60_000 }, async () => {
  const path = await temporaryFile('jobs.db')
  const { signal: killedBy } = await runWorker('discover', path, '').ended
  expect(killedBy).toBe('SIGKILL')
  const store = sqliteStore(path)
  expect((await store.ledger.tally('job', { signal })).files.pending).toBe(0)
  await saveJob(store)
  await discover(store, 0, 500)
  expect((await store.ledger.tally('job', { signal })).files.pending).toBe(500)
  await store.close?.()
})

test('several stores on one path in one process see each other at once', async () => {
  const path = await temporaryFile('jobs.db')
  const stores = [sqliteStore(path), sqliteStore(path), sqliteStore(path)] as const
  await Promise.all(stores.map((store) => saveJob(store)))
  await Promise.all(stores.map((store, i) => discover(store, i * 50, i * 50 + 100)))
  for (const store of stores) expect((await store.ledger.tally('job', { signal })).files.pending).toBe(200)
  for (const store of stores) await store.close?.()
})
