import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { scoresCsv } from '../job/parts.js'
import { temporaryFile } from '../stores/temporary-folder.js'

const program = fileURLToPath(new URL('manager-process.ts', import.meta.url))

/** Resolves when the process has told of so many imported files in all. */
function runManager(root: string, act: string): { tellsOf(files: number): Promise<void>; kill(): Promise<void> } {
  const child = spawn(process.execPath, ['--import', 'tsx', program, root, act], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let told = 0
  let look = (): void => {}
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    told += text.split('\n').length - 1
    look()
  })
  return {
    tellsOf: (files) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (told >= files) resolve()
        }
        look()
        void ended.then(() => reject(new Error('the process ended by itself')))
      }),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function importedIds(root: string): Promise<string[]> {
  const folder = join(root, 'rows', 'files')
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name, 'data.ndjson'), 'utf8')))
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => (JSON.parse(line) as { readonly id: string }).id)
}

test('a manager that is killed in the middle goes on where it was: active jobs run, paused ones stay, each row is there once', {
  timeout: 60_000,
}, async () => {
  const root = dirname(await temporaryFile('jobs.db'))
  const files = 12
  for (const job of ['a', 'b']) await mkdir(join(root, job))
  for (let i = 0; i < files; i++) await writeFile(join(root, 'a', `${i}.csv`), scoresCsv(`a${i}-`, 400))
  await writeFile(join(root, 'b', 'first.csv'), scoresCsv('b', 1))

  const first = runManager(root, 'create')
  await first.tellsOf(4)
  await first.kill()
  const paused = (await importedIds(root)).filter((id) => id.startsWith('b')).length
  await writeFile(join(root, 'b', 'second.csv'), scoresCsv('late', 1))

  const second = runManager(root, 'resume')
  const store = sqliteStore(join(root, 'jobs.db'))
  const signal = AbortSignal.timeout(30_000)
  for (;;) {
    const { files: counts } = await store.ledger.tally('a', { signal })
    if (counts.imported === files) break
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await second.kill()
  const ids = await importedIds(root)
  const expected = Array.from({ length: files }, (_, i) => Array.from({ length: 400 }, (_row, j) => `a${i}-${j + 1}`)).flat()
  expect(ids.filter((id) => id.startsWith('a')).sort()).toEqual(expected.sort())
  expect(ids.filter((id) => id.startsWith('b'))).toHaveLength(paused)
  expect(ids.filter((id) => id.startsWith('late'))).toEqual([])
  expect((await store.jobs.load('b', { signal }))?.status).toBe('inactive')
  await store.close?.()
})
