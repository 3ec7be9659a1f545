import { type Clock, clockKey } from '../util/clock.js'
import { processKey } from '../util/process-identity.js'

/** What a test may put under a job's parts: time, and which process it plays. */
export interface Instruments {
  /** The engine's clock. Stores have a `now` of their own. */
  readonly clock?: Clock
  /** Jobs with the same object share a process; others are strangers to each other, as on two machines. */
  readonly process?: object
}

/** The same options with instruments inside: for `new ImportJob(withInstruments(options, { clock }))`. */
export function withInstruments<O extends object>(options: O, { clock, process }: Instruments): O {
  return { ...options, ...(clock === undefined ? {} : { [clockKey]: clock }), ...(process === undefined ? {} : { [processKey]: process }) }
}
