import { StoreError } from '../../errors.js'
import { integer } from '../stored-values.js'
import { META, MIGRATIONS, type Migration } from './migrations.js'
import type { Query } from './postgres-session.js'

/**
 * Whether the tables are of this package's version. Reads only.
 *
 * @param schema its name, and the name as an identifier
 * @throws StoreError `LEDGER_UNREADABLE`: made by a newer version of the package
 */
export async function isMigrated(query: Query, schema: SchemaName, migrations: readonly Migration[] = MIGRATIONS): Promise<boolean> {
  return (await appliedTo(query, schema, migrations)) === migrations.length
}

/** Brings the tables to this package's version, inside the caller's transaction, one process at a time. */
export async function migrate(query: Query, schema: SchemaName, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtext('lading'), hashtext($1))", [schema.name])
  // Asked under the lock: another process may have been faster.
  const applied = await appliedTo(query, schema, migrations)
  const { identifier } = schema
  if (applied === undefined) {
    // Not IF NOT EXISTS: that asks for the right to create also where the schema is there.
    const [there] = await query('SELECT 1 AS one FROM pg_namespace WHERE nspname = $1', [schema.name])
    if (there === undefined) await query(`CREATE SCHEMA ${identifier}`)
  }
  const steps = [...(applied === undefined ? [META] : []), ...migrations.slice(applied ?? 0)]
  for (const step of steps) for (const statement of step(identifier)) await query(statement)
  if (steps.length > 0) await query(`UPDATE ${identifier}.meta SET schema = $1`, [migrations.length])
}

export interface SchemaName {
  readonly name: string
  /** Quoted. */
  readonly identifier: string
}

/** `undefined`: no tables of this package yet. */
async function appliedTo(query: Query, { name, identifier }: SchemaName, migrations: readonly Migration[]): Promise<number | undefined> {
  // Read, not looked up by name: what was once looked up in vain is remembered, whoever has made it meanwhile.
  const [found] = await query(
    "SELECT 1 AS one FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'meta'",
    [name],
  )
  if (found === undefined) return undefined
  const [meta] = await query(`SELECT schema FROM ${identifier}.meta`)
  const applied = integer(meta ?? { schema: null }, 'schema')
  if (applied >= 0 && applied <= migrations.length) return applied
  throw new StoreError(
    'LEDGER_UNREADABLE',
    `The job store in the schema ${name} has tables of version ${applied}; this version of the package knows up to ${migrations.length}.`,
    { remedy: 'Update the package to the version that wrote the tables, or newer. They were not changed.' },
  )
}
