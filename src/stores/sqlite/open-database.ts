import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, StoreError } from '../../errors.js'
import { clientOf, type SqliteClient } from './client.js'

type Open = (path: string) => SqliteClient

/** Packages by the names that are imported; not written where the import stands, so that no bundler looks for them. */
const PACKAGES = ['libsql', 'better-sqlite3'] as const

export type SqliteDriver = 'node:sqlite' | (typeof PACKAGES)[number]

/**
 * Opens a file with the first of these that is there: `node:sqlite` where it is silent (Node 24 and newer), libsql,
 * better-sqlite3, and `node:sqlite` of a Node 22 that has neither, which prints a warning that it is experimental. All
 * write the same file format.
 *
 * @throws ConfigError `PEER_MISSING`
 */
export async function openDatabase(path: string, only?: SqliteDriver): Promise<SqliteClient> {
  const builtIn = only === undefined || only === 'node:sqlite' ? nodeSqlite() : undefined
  if (builtIn !== undefined && (only !== undefined || isSilent())) return opened(builtIn, path)
  for (const name of PACKAGES) {
    if (only !== undefined && only !== name) continue
    const open = await driverPackage(name)
    if (open !== undefined) return opened(open, path)
  }
  if (builtIn !== undefined) return opened(builtIn, path)
  throw new ConfigError(
    'PEER_MISSING',
    `sqliteStore needs ${only ?? 'node:sqlite (Node 22.13 and newer), libsql or better-sqlite3'}, which is not there.`,
    {
      remedy: 'Run: npm install libsql',
    },
  )
}

function isSilent(): boolean {
  return Number.parseInt(process.versions.node, 10) >= 24
}

function nodeSqlite(): Open | undefined {
  // Not an import: bundlers cut `node:` off, and there is no `sqlite` without it.
  const loaded = process.getBuiltinModule?.('node:sqlite' as 'node:fs') as unknown as
    | { DatabaseSync: new (path: string) => SqliteClient }
    | undefined
  return loaded && ((path) => new loaded.DatabaseSync(path))
}

async function driverPackage(name: (typeof PACKAGES)[number]): Promise<Open | undefined> {
  try {
    const loaded = (await import(name)) as { readonly default: new (path: string) => object }
    return (path) => clientOf(new loaded.default(path))
  } catch (error) {
    // Also a package without a build for this platform, and what a bundler puts in the place of a missing one.
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  return (
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    code === 'ERR_DLOPEN_FAILED' ||
    (typeof message === 'string' && /bindings file|cannot find (module|package)|could not resolve/i.test(message))
  )
}

function opened(open: Open, path: string): SqliteClient {
  if (path !== ':memory:') refuseWrongPath(path)
  return open(path)
}

/** SQLite says "cannot open" for all of these. */
function refuseWrongPath(path: string): void {
  const folder = stat(dirname(path))
  if (folder === 'missing' || !folder.isDirectory()) {
    throw new ConfigError('CONFIG_INVALID', `The folder of the job store ${path} does not exist.`, {
      remedy: `Create the folder ${dirname(path)}, or correct the path.`,
    })
  }
  const file = stat(path)
  if (file !== 'missing' && file.isDirectory()) {
    throw new ConfigError('CONFIG_INVALID', `The path of the job store ${path} is a folder.`, { remedy: 'Name a file in it.' })
  }
}

function stat(path: string): Stats | 'missing' {
  try {
    return statSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    throw new StoreError('STORE_UNAVAILABLE', `The job store at ${path} cannot be looked at: ${code}.`, {
      retryable: true,
      remedy: 'Give this process permission on the file and on its folder.',
      cause,
    })
  }
}
