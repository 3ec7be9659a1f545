import type { FileRow } from '../file-row.js'
import type { AttemptRecord, JobRecord, PollRecord, TallyRecord } from '../store-tables.js'
import {
  booleanCell as flag,
  integerCell as int,
  integerOrNullCell as intOrNull,
  RecordCodec,
  textCell as text,
  textOrNullCell as textOrNull,
  wordCell,
} from './record-codec.js'

/** The tables of `migrations.ts` and the records of `store-tables.ts`, member by member. */
export const fileCodec = new RecordCodec<FileRow>({
  fileNo: int,
  key: text,
  version: text,
  size: int,
  sourceTime: int,
  discoveredAt: int,
  state: wordCell(),
  rule: textOrNull,
  rulesVersion: intOrNull,
  generation: int,
  fence: int,
  attempts: int,
  crashes: int,
  returns: int,
  inDoubt: flag,
  dirty: flag,
  notBefore: int,
  owner: textOrNull,
  leaseUntil: intOrNull,
  asOf: intOrNull,
  plan: textOrNull,
  schemaVersion: intOrNull,
  rowsRead: intOrNull,
  rowsWritten: intOrNull,
  rowsRejected: intOrNull,
  partialRows: int,
  format: textOrNull,
  error: textOrNull,
  issues: textOrNull,
  receipt: textOrNull,
  finishedAt: intOrNull,
  replacedBy: textOrNull,
})

export const jobCodec = new RecordCodec<JobRecord>({
  jobNo: int,
  id: text,
  status: wordCell(),
  definition: textOrNull,
  place: text,
  identity: wordCell(),
  schemaVersion: int,
  rulesVersion: int,
  edition: int,
})

export const attemptCodec = new RecordCodec<AttemptRecord>({
  fileNo: int,
  fence: int,
  generation: int,
  attempt: int,
  owner: text,
  schemaVersion: intOrNull,
  startedAt: int,
  endedAt: intOrNull,
  outcome: wordCell(),
  error: textOrNull,
})

export const pollCodec = new RecordCodec<PollRecord>({
  fence: int,
  owner: textOrNull,
  leaseUntil: intOrNull,
  nextPollAt: int,
  cursor: text,
  lastPolledAt: intOrNull,
  lastSweepAt: intOrNull,
  lastSweepMs: intOrNull,
  consecutiveFailures: int,
  blocked: textOrNull,
})

export const tallyCodec = new RecordCodec<TallyRecord>({
  imported: int,
  rowsWritten: int,
  rowsRejected: int,
  bytes: int,
  lastImportedAt: intOrNull,
})
