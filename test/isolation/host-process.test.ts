import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workerUrl } from '../tooling/worker-file.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-host-'))
  program = join(root, '.cache', `host-program-${process.pid}.mjs`)
  await build({
    entryPoints: [fileURLToPath(new URL('fixtures/host-program.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    // The program looks for the fixtures beside its source.
    define: { 'import.meta.url': JSON.stringify(new URL('fixture-decoder.ts', import.meta.url).href) },
    logLevel: 'error',
  })
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(program, { force: true })
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something holds, at most ten seconds. */
async function until(holds: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !holds(); i++) await pause(50)
  return holds()
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const farSidesOf = (host: ChildProcess): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(host.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('lading-far-side'))
    .map((line) => Number.parseInt(line, 10))

async function startHost(deed: string, flags: readonly string[] = []): Promise<ChildProcess> {
  const said = join(folder, `said-${deed}-${flags.length}`)
  const host = spawn(process.execPath, [...flags, program, workerUrl, deed, said], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  host.stderr?.on('data', (data) => {
    stderr += data
  })
  if (!(await until(() => existsSync(said)))) {
    host.kill('SIGKILL')
    throw new Error(`The host did not come to reading: ${stderr}`)
  }
  return host
}

// `ps` tells who is whose child.
describe.skipIf(process.platform !== 'linux')('a host that is killed', () => {
  test.each(['loop', 'nativeLoop', 'halfFrame'])('leaves no child: %s', async (deed) => {
    const host = await startHost(deed)
    const pids = farSidesOf(host)
    expect(pids).toHaveLength(1)
    host.kill('SIGKILL')
    expect(await until(() => !pids.some(lives))).toBe(true)
  })

  test('flags of the host are not those of its far sides', async () => {
    const host = await startHost('halfFrame', [
      '--max-old-space-size=2000',
      '--stack-trace-limit=3',
      '--no-warnings',
      '--conditions=odd',
      '--import',
      'data:text/javascript,globalThis.odd=1',
    ])
    const [pid] = farSidesOf(host)
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })).not.toMatch(/stack-trace-limit|odd/)
    host.kill('SIGKILL')
  })
})

describe('a host that has nothing left to do', () => {
  test.each(['process', 'thread'])('ends, though a far side is kept for the next file: %s', async (mode) => {
    const begun = Date.now()
    const path = fileURLToPath(new URL('fixtures/short-host.ts', import.meta.url))
    const worker = fileURLToPath(new URL('../tooling/name-worker.ts', import.meta.url))
    const said = execFileSync(process.execPath, ['--import', 'tsx', '--import', worker, path, mode], { cwd: root, encoding: 'utf8' })
    expect(said).toBe('1 file, 3 rows\n')
    // Far sides are kept for 30 s.
    expect(Date.now() - begun).toBeLessThan(15_000)
  })
})
