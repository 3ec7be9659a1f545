import type { FileRow } from './file-row.js'
import {
  flagCell as flag,
  integerCell as int,
  integerOrNullCell as intOrNull,
  jsonCell as json,
  jsonOrNullCell as jsonOrNull,
  RecordCodec,
  textCell as text,
  textOrNullCell as textOrNull,
  timeCell as time,
  timeOrNullCell as timeOrNull,
  wordCell,
} from './record-codec.js'
import type { AttemptRecord, JobRecord, PollRecord, TallyRecord } from './store-tables.js'

/** The records of `store-tables.ts` and the tables of every store in a database, member by member. */
export const fileCodec = new RecordCodec<FileRow>({
  fileNo: int,
  key: text,
  version: text,
  size: int,
  sourceTime: time,
  discoveredAt: time,
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
  notBefore: time,
  owner: textOrNull,
  leaseUntil: timeOrNull,
  asOf: timeOrNull,
  plan: textOrNull,
  schemaVersion: intOrNull,
  rowsRead: intOrNull,
  rowsWritten: intOrNull,
  rowsRejected: intOrNull,
  partialRows: int,
  format: textOrNull,
  error: jsonOrNull,
  issues: jsonOrNull,
  receipt: jsonOrNull,
  finishedAt: timeOrNull,
  replacedBy: textOrNull,
})

export const jobCodec = new RecordCodec<JobRecord>({
  jobNo: int,
  id: text,
  status: wordCell(),
  definition: jsonOrNull,
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
  startedAt: time,
  endedAt: timeOrNull,
  outcome: wordCell(),
  error: jsonOrNull,
})

export const pollCodec = new RecordCodec<PollRecord>({
  fence: int,
  owner: textOrNull,
  leaseUntil: timeOrNull,
  nextPollAt: time,
  cursor: json,
  lastPolledAt: timeOrNull,
  lastSweepAt: timeOrNull,
  lastSweepMs: intOrNull,
  consecutiveFailures: int,
  blocked: jsonOrNull,
})

export const tallyCodec = new RecordCodec<TallyRecord>({
  imported: int,
  rowsWritten: int,
  rowsRejected: int,
  bytes: int,
  lastImportedAt: timeOrNull,
})
