export { type ParquetSinkOptions, parquetSink } from '../sinks/parquet/parquet-sink.js'
