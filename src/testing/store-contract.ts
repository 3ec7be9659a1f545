import { claimCases } from './store-contract/claim-cases.js'
import { discoveryCases } from './store-contract/discovery-cases.js'
import { endingCases } from './store-contract/ending-cases.js'
import { jobCases } from './store-contract/job-cases.js'
import { pollCases } from './store-contract/poll-cases.js'
import { readingCases } from './store-contract/reading-cases.js'
import { resetCases } from './store-contract/reset-cases.js'
import { sealCases } from './store-contract/seal-cases.js'
import type { StoreCase } from './store-contract/store-rig.js'
import { workerCases } from './store-contract/worker-cases.js'

export type { MakeStore, SinkConnection, StoreCase, StoreUnderTest } from './store-contract/store-rig.js'

/**
 * What the engine demands of a job store, one case at a time and with any test runner; time comes from the clock that
 * the maker is given, so that no case waits.
 *
 * ```ts
 * for (const { name, run } of storeContract) test(name, () => run(async (now) => ({ store: myStore({ now }) })))
 * ```
 */
export const storeContract: readonly StoreCase[] = [
  ...jobCases,
  ...discoveryCases,
  ...claimCases,
  ...endingCases,
  ...resetCases,
  ...pollCases,
  ...readingCases,
  ...workerCases,
  ...sealCases,
]
