export { type DuckDBSinkOptions, duckdbSink } from '../sinks/duckdb/duckdb-sink.js'
