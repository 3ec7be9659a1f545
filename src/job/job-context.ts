import type { FileDecoder } from '../contracts/file-decoder.js'
import type { JobStore } from '../contracts/job-store.js'
import type { ObjectSource } from '../contracts/object-source.js'
import type { RejectsSink } from '../contracts/rejects-sink.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import type { Sink } from '../contracts/sink.js'
import type { IsolationEngine } from '../isolation/exchange.js'
import type { Budgets } from '../model/budgets.js'
import type { Clock } from '../util/clock.js'
import type { JobEmitter } from './job-emitter.js'
import type { CheckedSettings } from './job-options.js'
import type { Management } from './job-seam.js'
import type { Selection } from './selection.js'
import type { SoloGate } from './solo-gate.js'

/**
 * The parts of one job as its loops share them. The record type is forgotten here, once: inside, records only travel
 * from the mapper to the sink, whose types the constructor has matched.
 */
export interface JobContext {
  readonly id: string
  /** `workerId/bootId` */
  readonly worker: string
  readonly source: ObjectSource
  readonly mapper: SchemaMapper<unknown>
  readonly sink: Sink<unknown>
  /** Where refused rows are kept, if they are. */
  readonly rejects: RejectsSink | null
  readonly store: JobStore
  readonly decoders: readonly FileDecoder[]
  readonly isolation: IsolationEngine
  readonly settings: CheckedSettings
  /** Which objects are eligible at all. */
  readonly selection: Selection
  readonly budgets: Budgets
  readonly events: JobEmitter
  readonly clock: Clock
  readonly gate: SoloGate
  /** By whom it is run among others; `null` for a job on its own. */
  readonly management: Management | null
  /** Rows and receipt share one transaction with the ledger. */
  readonly shared: boolean
}
