import { readFile, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A host with many dependencies names them in a command line of limited length. */
const MOST_PACKAGES = 500

/** The flag of this Node's permission model; `null` where it has none. */
function permissionFlag(): string | null {
  const flags = process.allowedNodeEnvironmentFlags
  return ['--permission', '--experimental-permission'].find((flag) => flags.has(flag)) ?? null
}

/**
 * Flags that leave a child process nothing but reading its entry's folder, the packages that the entry's package depends
 * on, and the packages of strangers' parts.
 *
 * @param entry path of the file that the child runs
 * @param modules `Portable.module` of the parts
 */
export async function permissionFlags(entry: string, modules: readonly string[]): Promise<readonly string[]> {
  const flag = permissionFlag()
  if (flag === null) return []
  const reads = new Reads()
  await reads.folder(dirname(entry))
  await reads.packageOf(entry)
  for (const module of modules) {
    if (module.startsWith('file:')) {
      const path = fileURLToPath(module)
      await reads.folder((await packageRoot(path)) ?? dirname(path))
      await reads.packageOf(path)
    } else if (!module.includes(':')) await reads.dependency(packageName(module), dirname(entry))
  }
  return [flag, ...reads.paths().map((path) => `--allow-fs-read=${path}`)]
}

class Reads {
  readonly #folders = new Set<string>()
  readonly #files = new Set<string>()

  /** With all that is in it, under its own name and its real one. */
  async folder(path: string): Promise<void> {
    this.#folders.add(path + sep)
    this.#folders.add((await realpath(path)) + sep)
  }

  /** The description of the package that a file is in, and the packages it depends on. */
  async packageOf(path: string): Promise<void> {
    const root = await packageRoot(path)
    if (root === null) return
    this.#files.add(join(root, 'package.json'))
    const description = await describe(root)
    for (const name of Object.keys(description?.dependencies ?? {})) await this.dependency(name, root)
  }

  async dependency(name: string, from: string): Promise<void> {
    for (let folder = from; ; folder = dirname(folder)) {
      const path = join(folder, 'node_modules', name)
      const description = await describe(path)
      if (description !== null) {
        if (this.#folders.has(path + sep) || this.#folders.size > 2 * MOST_PACKAGES) return
        await this.folder(path)
        const real = await realpath(path)
        for (const inner of Object.keys(description.dependencies ?? {})) await this.dependency(inner, real)
        return
      }
      if (folder === dirname(folder)) return
    }
  }

  /** Each once, none inside another. */
  paths(): readonly string[] {
    const folders = [...this.#folders].sort()
    const outer = folders.filter((folder, i) => !folders.slice(0, i).some((other) => folder.startsWith(other)))
    return [...outer, ...[...this.#files].filter((file) => !outer.some((folder) => file.startsWith(folder)))]
  }
}

async function packageRoot(path: string): Promise<string | null> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    // Folders that only say how modules are read have no name.
    if ((await describe(folder))?.name !== undefined) return folder
    if (folder === dirname(folder)) return null
  }
}

interface Description {
  readonly name?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

async function describe(folder: string): Promise<Description | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Description
  } catch {
    // No package there, or none that Node could read either.
    return null
  }
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
