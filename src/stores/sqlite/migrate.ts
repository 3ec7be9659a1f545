import { StoreError } from '../../errors.js'
import type { SqliteClient } from './client.js'
import { META, MIGRATIONS } from './migrations.js'

/**
 * Brings the tables to this package's version. Writes nothing when they are there.
 *
 * @throws StoreError `LEDGER_UNREADABLE`: made by a newer version of the package, or not by this package
 */
export function migrate(client: SqliteClient, name: string, migrations: readonly string[] = MIGRATIONS): void {
  if (schemaOf(client, name, migrations) === migrations.length) return
  client.exec('BEGIN IMMEDIATE')
  try {
    // Asked again: another process may have been faster.
    const applied = schemaOf(client, name, migrations)
    if (applied === undefined) client.exec(META)
    for (const statements of migrations.slice(applied ?? 0)) client.exec(statements)
    client.exec(`UPDATE lading_meta SET schema = ${migrations.length}`)
    client.exec('COMMIT')
  } catch (error) {
    client.exec('ROLLBACK')
    throw error
  }
}

/** `undefined`: no tables of this package yet. */
function schemaOf(client: SqliteClient, name: string, migrations: readonly string[]): number | undefined {
  const table = client.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'lading_meta'").get()
  if (table === undefined || table === null) return undefined
  const row = client.prepare('SELECT schema FROM lading_meta').get() as { readonly schema?: unknown } | undefined
  const schema = Number(row?.schema)
  if (Number.isSafeInteger(schema) && schema >= 0 && schema <= migrations.length) return schema
  throw new StoreError(
    'LEDGER_UNREADABLE',
    `The job store ${name} has tables of version ${Number.isNaN(schema) ? 'unknown' : schema}; this version of the package knows up to ${migrations.length}.`,
    { remedy: 'Update the package to the version that wrote the file, or newer. The file was not changed.' },
  )
}
