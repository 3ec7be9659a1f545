import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT, runCommand } from './run-command.js'

/** How a stranger's project may be: module format, and how the package was installed. */
const PROJECTS = [
  { name: 'esm', type: 'module', install: [] },
  { name: 'cjs', type: 'commonjs', install: ['--omit=optional'] },
] as const

const step = async (name: string, work: () => unknown): Promise<void> => {
  const start = Date.now()
  await work()
  console.info(`package: ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}

/** Programs of such a project. */
const FIXTURES = [
  { name: 'alone', skipLibCheck: false },
  // The declarations of lading/duckdb name a package that this project does not have.
  { name: 'missing-peers', skipLibCheck: true },
] as const

/** Installs the tarball into an empty folder, then type-checks and runs each fixture there. */
async function tryProject(folder: string, tarball: string, { type, install }: (typeof PROJECTS)[number]): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'host', private: true, type }))
  runCommand('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', ...install, tarball], { cwd: folder })
  for (const { name, skipLibCheck } of FIXTURES) {
    await cp(fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url)), join(folder, `${name}.ts`))
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      outDir: 'out',
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
    runCommand('tsc', ['-p', '.'], { cwd: folder })
    const printed = runCommand(process.execPath, [`out/${name}.js`], { cwd: folder }).trim()
    if (printed !== 'ok') throw new Error(`${name}.ts as ${type} printed ${JSON.stringify(printed)} instead of "ok".`)
  }
}

const folder = await mkdtemp(join(tmpdir(), 'lading-package-'))
try {
  if (!process.argv.includes('--built')) await step('build', () => runCommand('npm', ['run', '--silent', 'build']))
  const packed = runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  const [{ filename, entryCount, unpackedSize }] = JSON.parse(packed) as [{ filename: string; entryCount: number; unpackedSize: number }]
  const tarball = join(folder, filename)
  console.info(`package: ${filename}, ${entryCount} files, ${(unpackedSize / 1e6).toFixed(2)} MB`)
  await step('publint --strict', () => runCommand('publint', ['--strict', tarball]))
  await step('attw --profile node16', () => runCommand('attw', ['--profile', 'node16', '--format', 'ascii', '--no-color', tarball]))
  for (const project of PROJECTS) {
    await step(`${project.name} project, npm install ${project.install.join(' ')}`, () =>
      tryProject(join(folder, project.name), tarball, project),
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
