export type { CallOptions, Portable } from './contracts/call-options.js'
export type { ColumnRead, FileBytes, FileDecoder, OpenFile, ReadRequest } from './contracts/file-decoder.js'
export type {
  Claim,
  ClaimOptions,
  Discovery,
  Ending,
  FileLedger,
  JobRow,
  JobStore,
  JobTable,
  Pin,
  PollLease,
  PollState,
  Renewal,
} from './contracts/job-store.js'
export type { AttemptEntry, LedgerEntry, Tally } from './contracts/ledger-entry.js'
export type { AccessFinding, AccessFix, ListOptions, ObjectReader, ObjectSource, RequestCounts } from './contracts/object-source.js'
export type { RejectsSink } from './contracts/rejects-sink.js'
export type { PollOutcome, Scheduler } from './contracts/scheduler.js'
export type {
  AcceptedRows,
  MappedBatch,
  MappedColumns,
  MappedRows,
  Mapping,
  RecordOf,
  RejectedRows,
  SchemaMapper,
} from './contracts/schema-mapper.js'
export type { CommitOptions, Delivery, FileWriter, Sink, WriteRecords } from './contracts/sink.js'
export { ConfigError, DecodeError, ImportError, importErrorFrom, MappingError, SinkError, SourceError, StoreError } from './errors.js'
export type { IsolationEntry, IsolationMode } from './isolation/isolation-mode.js'
export type { DryRunFile, DryRunHint, DryRunIssue, DryRunOptions, DryRunReport, DryRunSample, NearMiss } from './job/dry-run-report.js'
export { dryRunText } from './job/dry-run-text.js'
export type { Explanation, ExplanationVerdict } from './job/explain.js'
export { ImportJob } from './job/import-job.js'
export type { ImportReceipt, ImportReceiptBody } from './job/import-receipt.js'
export { type AllEventsListed, IMPORT_JOB_EVENTS, type ImportJobEventName, type ImportJobEvents } from './job/job-events.js'
export type { Health } from './job/job-health.js'
export type { ImportJobOptions, ImportJobSettings } from './job/job-options.js'
export type { JobPlan, PlannedFiles, PlanOptions } from './job/job-plan.js'
export type { FilesOptions, JobReport, RunOnceOptions, RunReport } from './job/job-report.js'
export type { NotifyReport } from './job/look-at-keys.js'
export type { FileChoice, ReimportChoice } from './job/repeat-files.js'
export type { NamePattern } from './job/selection.js'
export type { Applicable } from './manager/apply-fixes.js'
export type { JobDefinition } from './manager/job-definition.js'
export type { JobDetails, ManagedJobReport } from './manager/job-details.js'
export { type EditSchemaOptions, JobManager, type ListJobsOptions } from './manager/job-manager.js'
export type { BuildJob, JobManagerOptions } from './manager/manager-options.js'
export type { SchemaChange } from './manager/schema-change.js'
export type { DiffOptions, FileDiff, RowDiff, SchemaDiff } from './manager/schema-diff.js'
export type { MetricFamily } from './mappers/model-schema/metric-table.js'
export type {
  BoxColumns,
  Boxes,
  ClassScore,
  ColumnName,
  ColumnType,
  CommonSchema,
  Embedding,
  EmbeddingColumns,
  FeatureValue,
  Label,
  ModelFields,
  PolygonColumns,
  Polygons,
  SchemaFor,
} from './mappers/model-schema/model-fields.js'
export type { Features, ModelRecord } from './mappers/model-schema/model-record.js'
export { modelSchema } from './mappers/model-schema/model-schema.js'
export type { ModelConstants, ModelSchemaOptions } from './mappers/model-schema/model-schema-options.js'
export type { Environment, ModelType } from './mappers/model-schema/model-type.js'
export type { MappedBy } from './mappers/model-schema/outline-columns.js'
export { parseModelSchema } from './mappers/model-schema/parse-model-schema.js'
export type { SchemaProblem } from './mappers/model-schema/schema-verdict.js'
export type { OpenQuestion, SuggestionReason } from './mappers/model-schema/suggest/draft.js'
export type { KnownModel } from './mappers/model-schema/suggest/propose-schema.js'
export type { Rejected } from './mappers/row-mapper/rejected.js'
export { type RowCells, type RowContext, type RowMapperOptions, rowMapper } from './mappers/row-mapper/row-mapper.js'
export { type Budgets, defaultBudgets } from './model/budgets.js'
export { cell, isPresent, toValues } from './model/cell.js'
export { checkColumn } from './model/check-column.js'
export type { Column, ColumnGroup, ColumnOf, Dictionary } from './model/column.js'
export type { ColumnBatch } from './model/column-batch.js'
export { columnFrom } from './model/column-from.js'
export { columnOf } from './model/column-of.js'
export { compareKeys } from './model/compare-keys.js'
export type { ColumnInfo, DataType, DeclaredType, FileSchema, PlainKind, TimestampUnit } from './model/data-type.js'
export { ERROR_CODES, type ErrorCode } from './model/error-code.js'
export type { FileContext, FileIdentity, SinkFile } from './model/file.js'
export { type Check, type Fix, type Issue, type IssueCount, type IssueLog, NO_COLUMN } from './model/issue.js'
export { issuesOf } from './model/issues-of.js'
export type { FileState, JobPhase, JobStatus } from './model/job-status.js'
export type { Json, JsonObject } from './model/json.js'
export type { ObjectInfo } from './model/object-info.js'
export type { CommitSummary, FileCounts, Receipt } from './model/receipt.js'
export type { RejectedCell, RejectedRecord, RejectedRow } from './model/rejected-row.js'
export type { ErrorDetails, ErrorLocation, SerializedImportError } from './model/serialized-error.js'
export { sliceColumn } from './model/slice-column.js'
export type { GivenFile } from './preview/given-file.js'
export type { SampleIssue } from './preview/map-sample.js'
export type { PreviewOptions } from './preview/preview-options.js'
export { previewSchema } from './preview/preview-schema.js'
export { previewText } from './preview/preview-text.js'
export type { NotMappedColumn, PreviewColumn, PreviewedFile, SchemaPreview, SeenColumn } from './preview/schema-preview.js'
export { type SchemaSuggestion, type SuggestOptions, suggestSchema } from './preview/suggest-schema.js'
export { suggestionText } from './preview/suggestion-text.js'
export { type IntervalSchedulerOptions, intervalScheduler } from './schedulers/interval/interval-scheduler.js'
export { type FunctionSinkOptions, functionSink } from './sinks/function/function-sink.js'
export { type MemorySink, memorySink } from './sinks/memory/memory-sink.js'
export type { MemoryRow } from './sinks/memory/memory-tables.js'
export { type NdjsonSinkOptions, ndjsonSink } from './sinks/ndjson/ndjson-sink.js'
export { type RejectsFolderOptions, rejectsFolder } from './sinks/rejects/rejects-folder.js'
export { type LocalSourceOptions, localSource } from './sources/local/local-source.js'
export { bytesReader } from './sources/memory/bytes-reader.js'
export { type MemorySource, memorySource } from './sources/memory/memory-source.js'
export { memoryStore } from './stores/memory/memory-store.js'
