import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, runCommand } from './run-command.js'

// In the project's own folder: dependencies and peers are then found as they would be in a host's.
const host = join(ROOT, '.cache', 'package-test')
const installed = join(host, 'node_modules', 'lading')
/** A host where only what is loaded statically can be found. */
let bare: string

const FORMATS = [
  { name: 'ESM', extension: 'mjs', module: ts.ModuleKind.ESNext },
  { name: 'CommonJS', extension: 'cjs', module: ts.ModuleKind.CommonJS },
] as const

/** Writes a program next to the installed package and runs it. */
async function runAt(folder: string, name: string, source: string, { extension, module }: (typeof FORMATS)[number]): Promise<string> {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } })
  const path = join(folder, `${name}.${extension}`)
  await writeFile(path, outputText)
  return runCommand(process.execPath, [path], { cwd: folder }).trim()
}

const entriesOf = async (): Promise<string[]> => {
  const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports).filter((entry) => entry !== './package.json')
}

beforeAll(async () => {
  await rm(host, { recursive: true, force: true })
  await mkdir(installed, { recursive: true })
  runCommand('tsup', ['--silent', '--out-dir', join(installed, 'dist')], { env: { LADING_BUILD: 'js' } })
  await cp(join(ROOT, 'package.json'), join(installed, 'package.json'))
  bare = await mkdtemp(join(tmpdir(), 'lading-bare-'))
  // A package of its own, or `lading` would be the project around it.
  await writeFile(join(host, 'package.json'), '{ "name": "host", "private": true }')
  await cp(join(host, 'node_modules'), join(bare, 'node_modules'), { recursive: true })
  for (const name of ['valibot', 'eventemitter3']) await symlink(join(ROOT, 'node_modules', name), join(bare, 'node_modules', name))
}, 120_000)

afterAll(async () => {
  for (const folder of [host, bare]) await rm(folder, { recursive: true, force: true })
})

describe.each(FORMATS)('the build as $name', (format) => {
  test('imports every entry, and each exports something', async () => {
    const specifiers = (await entriesOf()).map((entry) => `lading${entry.slice(1)}`)
    const source = `${specifiers.map((specifier, i) => `import * as e${i} from '${specifier}'`).join('\n')}
      console.log(JSON.stringify([${specifiers.map((_, i) => `Object.keys(e${i}).length`).join(', ')}]))`
    const counts = JSON.parse(await runAt(host, 'entries', source, format)) as number[]
    expect(counts.length).toBe(9)
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  test('holds one copy of each class for all entries', async () => {
    const source = `import { ConfigError } from 'lading'
      import { s3Source } from 'lading/s3'
      try { s3Source({ url: 'https://example.test/x', ownership: 'unchecked' }) } catch (error) { console.log(error instanceof ConfigError) }`
    expect(await runAt(host, 'one-copy', source, format)).toBe('true')
  })

  test('needs no format, no AWS package and no database to load, but for lading/arrow', async () => {
    const specifiers = (await entriesOf()).filter((entry) => entry !== './arrow').map((entry) => `lading${entry.slice(1)}`)
    const source = `${specifiers.map((specifier) => `import '${specifier}'`).join('\n')}
      console.log('loaded')`
    expect(await runAt(bare, 'bare', source, format)).toBe('loaded')
  })

  test('imports into DuckDB with a ledger in SQLite', async () => {
    const source = await readFile(fileURLToPath(new URL('fixtures/with-peers.ts', import.meta.url)), 'utf8')
    expect(await runAt(host, 'with-peers', source, format)).toBe('ok')
  })
})
