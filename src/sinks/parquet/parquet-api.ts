import { ConfigError } from '../../errors.js'

/** The peer `hyparquet-writer`, as a value: loaded when a sink is first used. */
export type ParquetApi = Pick<typeof import('hyparquet-writer'), 'ByteWriter' | 'ParquetWriter'>

/** One element of a file's schema, as the writer takes it. */
export type SchemaElement = import('hyparquet-writer').ParquetWriter['schema'][number]

/**
 * @param load replaced in tests
 * @throws ConfigError `PEER_MISSING`
 */
export async function loadParquetApi(load: () => Promise<ParquetApi> = () => import('hyparquet-writer')): Promise<ParquetApi> {
  try {
    return await load()
  } catch (cause) {
    throw new ConfigError('PEER_MISSING', 'parquetSink needs the package hyparquet-writer, which could not be loaded', {
      remedy: 'Install it beside lading: npm install hyparquet-writer',
      cause,
    })
  }
}
