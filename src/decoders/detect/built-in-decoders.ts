import type { FileDecoder } from '../../contracts/file-decoder.js'
import { arrowDecoder } from '../arrow/arrow-decoder.js'
import { avroDecoder } from '../avro/avro-decoder.js'
import { csvDecoder } from '../csv/csv-decoder.js'
import { parquetDecoder } from '../parquet/parquet-decoder.js'

/** The formats a job reads when the host names none. New each time, stateless. */
export function builtInDecoders(): readonly FileDecoder[] {
  return [csvDecoder(), parquetDecoder(), avroDecoder(), arrowDecoder()]
}
