import { ConfigError } from '../../errors.js'

/** The peer `@duckdb/node-api`, as a value: loaded when a sink is first used. */
export type DuckDBApi = typeof import('@duckdb/node-api')

/**
 * @param load replaced in tests
 * @throws ConfigError `PEER_MISSING`
 */
export async function loadDuckDB(load: () => Promise<DuckDBApi> = () => import('@duckdb/node-api')): Promise<DuckDBApi> {
  try {
    return await load()
  } catch (cause) {
    throw new ConfigError('PEER_MISSING', 'duckdbSink needs the package @duckdb/node-api, which could not be loaded', {
      remedy: 'Install it beside lading: npm install @duckdb/node-api',
      cause,
    })
  }
}
