import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds the library as it is packed, and the program that runs cases against that build, so that neither compilation nor a
 * development loader is measured. Resolves to the script to run.
 */
export async function buildPrograms(folder: string): Promise<string> {
  const library = join(folder, 'library')
  // Declarations cost most of a build.
  process.env.LADING_BUILD = 'js'
  await build({ config: join(root, 'tsup.config.ts'), outDir: library, format: ['esm'], silent: true, sourcemap: false })
  const programs = join(folder, 'programs')
  await build({
    config: false,
    entry: { 'case-process': join(root, 'test/bench/case-process.ts') },
    outDir: programs,
    format: ['esm'],
    target: 'es2022',
    platform: 'node',
    splitting: true,
    clean: true,
    dts: false,
    silent: true,
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    tsconfig: join(root, 'tsconfig.json'),
    esbuildPlugins: [
      {
        name: 'the built library',
        setup({ onResolve }) {
          onResolve({ filter: /^lading$/ }, () => ({ path: '../library/index.js', external: true }))
        },
      },
    ],
  })
  return join(programs, 'case-process.mjs')
}
