import type { CsvOptions } from '../../decoders/csv/csv-options.js'

/** What `module: 'lading/worker'` names, loaded when a file first needs it. */
export const builtInParts: Readonly<Record<string, () => Promise<(options: never) => unknown>>> = {
  csvDecoder: async () => {
    const { csvDecoder } = await import('../../decoders/csv/csv-decoder.js')
    return (options: CsvOptions) => csvDecoder(options)
  },
  parquetDecoder: async () => (await import('../../decoders/parquet/parquet-decoder.js')).parquetDecoder,
  avroDecoder: async () => (await import('../../decoders/avro/avro-decoder.js')).avroDecoder,
  arrowDecoder: async () => (await import('../../decoders/arrow/arrow-decoder.js')).arrowDecoder,
  modelSchema: async () => (await import('../../mappers/model-schema/model-schema.js')).modelSchema,
}
