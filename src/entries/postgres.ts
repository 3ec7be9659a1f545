export type { PostgresClient, PostgresConnection, PostgresPool } from '../stores/postgres/client.js'
export { type PostgresStoreOptions, postgresStore } from '../stores/postgres/postgres-store.js'
