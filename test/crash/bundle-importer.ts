import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles a program of the tests once, because a suite starts it hundreds of times. Resolves to the path to run. */
export async function bundleProgram(source: string, folder: string): Promise<string> {
  await build({
    entry: { program: source },
    outDir: folder,
    format: ['esm'],
    target: 'es2022',
    config: false,
    silent: true,
    clean: false,
    dts: false,
    splitting: false,
    removeNodeProtocol: false,
    // In one file they load in a third of the time.
    noExternal: [/^@aws-sdk/, /^@smithy/, 'apache-arrow', 'hyparquet', 'csv-parse', 'valibot'],
    outExtension: () => ({ js: '.mjs' }),
    tsconfig: join(root, 'tsconfig.json'),
  })
  // Packages stay outside the bundle and are found through here.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return join(folder, 'program.mjs')
}
