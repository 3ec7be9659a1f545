export { type DuckDBSink, type DuckDBSinkOptions, duckdbSink } from '../sinks/duckdb/duckdb-sink.js'
export type { JoinFigures, JoinReport, JoinReportOptions, ModelJoinFigures } from '../sinks/join-report.js'
