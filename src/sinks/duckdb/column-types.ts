import type { DuckDBConnection } from '@duckdb/node-api'
import { rowsOf } from './receipts.js'

/**
 * The columns of a table with their types, in order; empty when it is not there.
 *
 * @param database an SQL expression: `current_database()` or `'temp'`
 */
export async function columnTypes(connection: DuckDBConnection, database: string, table: string): Promise<Map<string, string>> {
  const sql = `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ${database}
    AND (database_name = 'temp' OR schema_name = current_schema()) AND lower(table_name) = lower($1) ORDER BY column_index`
  return new Map((await rowsOf(connection, sql, [table])) as [string, string][])
}
