export { type Instruments, withInstruments } from '../testing/instruments.js'
export { type ManualClock, manualClock } from '../testing/manual-clock.js'
export { type MappedBatchOptions, mappedBatch } from '../testing/mapped-batch.js'
export type {
  BucketGrant,
  DoubleCredentials,
  DoubleRole,
  DoubleUser,
  S3Action,
} from '../testing/s3-double/access-control.js'
export type { Fault, FaultHandle, FaultKind, FaultMatch, ListingDamage } from '../testing/s3-double/fault.js'
export type { DoublePolicy, DoubleStatement } from '../testing/s3-double/policy.js'
export type { LoggedRequest, RequestCounts } from '../testing/s3-double/request-log.js'
export type { S3Operation } from '../testing/s3-double/router.js'
export {
  type GeneratedObject,
  type ObjectSettings,
  type S3Double,
  type S3DoubleOptions,
  startS3Double,
} from '../testing/s3-double/s3-double.js'
export type { ReadRange } from '../testing/s3-double/stored-object.js'
export {
  type ContractRecord,
  type SinkCase,
  type SinkNeeds,
  type SinkUnderTest,
  type StoredRow,
  sinkCasesFor,
  sinkContract,
} from '../testing/sink-contract.js'
export { type SourceCase, type SourceUnderTest, sourceContract } from '../testing/source-contract.js'
export { type MakeStore, type SinkConnection, type StoreCase, type StoreUnderTest, storeContract } from '../testing/store-contract.js'
export { type Clock, systemClock } from '../util/clock.js'
export { installProbe, type ProbeHandler, type ProbePlace, type ProbePoint } from '../util/probe.js'
