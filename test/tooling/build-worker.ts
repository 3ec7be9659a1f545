import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { workerFolder } from './worker-file.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the file that far sides run once for all tests: from the sources there is none. */
export default async function buildWorker(): Promise<void> {
  // Beside the old one, which another run may be using.
  const fresh = `${workerFolder.replace(/[/\\]$/, '')}-${process.pid}`
  await build({
    entryPoints: { worker: join(root, 'src/entries/worker.ts') },
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    absWorkingDir: root,
    logLevel: 'error',
  })
  await mkdir(workerFolder, { recursive: true })
  const names = await readdir(fresh)
  // Chunks have a hash in their names; the entry comes last.
  for (const name of names.sort((a, b) => Number(a === 'worker.js') - Number(b === 'worker.js'))) {
    await rename(join(fresh, name), join(workerFolder, name))
  }
  await rm(fresh, { recursive: true, force: true })
  await removeOld(names)
}

/** Chunks of builds that no run uses any more. */
async function removeOld(names: readonly string[]): Promise<void> {
  const hourAgo = Date.now() - 3_600_000
  for (const name of await readdir(workerFolder)) {
    if (names.includes(name)) continue
    const { mtimeMs } = await stat(join(workerFolder, name))
    if (mtimeMs < hourAgo) await rm(join(workerFolder, name), { force: true })
  }
}
