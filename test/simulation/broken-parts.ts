import type { JobStore } from '../../src/contracts/job-store.js'
import type { ObjectInfo } from '../../src/model/object-info.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { protocolSink } from './protocol-sink.js'
import type { GivenScenario } from './scenario.js'
import { rowByRowSink } from './simulated-sink.js'

/** A safeguard of the protocol, switched off, where its absence shows. */
export interface Mutation {
  /** Of the protocol's table of plausible rules that are wrong. */
  readonly name: string
  readonly scenario: GivenScenario
  /** Of the first seed to try: the search through those before it takes half a minute. @defaultValue 1 */
  readonly from?: number
}

const transactional = { delivery: 'transactional' } as const
const idempotent = { delivery: 'idempotent' } as const
const none = { crash: 0, freeze: 0, thaw: 0, error: 0, slow: 0, edit: 0, pause: 0, repeat: 0 }
/** Workers that come back when others have their files, while objects come and go. */
const zombies = { ...none, bucket: 0.015, time: 0.1, freeze: 0.015, start: 0.02 }
/** Calls that fail, or whose answers are lost. */
const failures = { ...none, bucket: 0.01, time: 0.1, error: 0.04 }

export const mutations: readonly Mutation[] = [
  {
    name: 'F1: the schema is part of what a receipt is for',
    from: 230,
    scenario: {
      ...transactional,
      overwrites: 'import',
      rates: { ...failures, edit: 0.02, freeze: 0.02 },
      sink: (turns) =>
        protocolSink(turns, {
          receiptOf: ({ key, version, generation, schemaVersion }) => JSON.stringify([key, version, generation, schemaVersion]),
        }),
    },
  },
  {
    name: 'F2: fences live in the ledger only',
    scenario: { ...transactional, keys: 1, rates: zombies, sink: (turns) => protocolSink(turns, { fenceOf: () => null }) },
  },
  {
    name: 'F3: after the last attempt the file is failed, and the sink is not asked',
    scenario: {
      ...transactional,
      keys: 2,
      workers: 1,
      rates: { ...failures, bucket: 0.003 },
      sink: (turns) => protocolSink(turns, { asksAgain: false }),
    },
  },
  {
    name: 'F5: the number of the batch is the token, and the cut is not pinned',
    scenario: {
      ...idempotent,
      rates: { ...failures, freeze: 0.02 },
      batchRows: [8, 16, 32],
      store: forgetfulStore,
      sink: (turns) =>
        rowByRowSink(turns, {
          ...idempotent,
          tokenOf: (_, { key, version, generation }, index) => JSON.stringify([key, version, generation, index]),
        }),
    },
  },
  {
    name: 'F6: abort takes rows back',
    scenario: {
      ...idempotent,
      rates: { ...zombies, bucket: 0.01 },
      sink: (turns) =>
        rowByRowSink(turns, {
          ...idempotent,
          takesBack: (row, file) => row.key === file.key && row.version === file.version && row.generation === file.generation,
        }),
    },
  },
  {
    name: 'F10: a version that is known is done',
    scenario: { ...transactional, overwrites: 'replace', again: 0.7, store: knowingStore },
  },
]

/** Tells no worker that rows of a file were acknowledged, under a plan that a repeat must equal. */
function forgetfulStore(now: () => Date): JobStore {
  const { jobs, ledger } = memoryStore({ now })
  const claim: typeof ledger.claim = async (...args) => {
    const { claims, skipped } = await ledger.claim(...args)
    return { claims: claims.map((one) => ({ ...one, entry: { ...one.entry, dirty: false } })), skipped }
  }
  return { jobs, ledger: { ...ledger, claim } }
}

/** Takes a version up once, whatever became of it. */
function knowingStore(now: () => Date): JobStore {
  const { jobs, ledger } = memoryStore({ now })
  const unknown: typeof ledger.unknown = async (jobId, page, options) => {
    const fresh: ObjectInfo[] = []
    for (const object of await ledger.unknown(jobId, page, options)) {
      const versions = await ledger.files(jobId, { key: object.key, limit: 1_000, ...options })
      if (!versions.some(({ version }) => version === object.version)) fresh.push(object)
    }
    return fresh
  }
  return { jobs, ledger: { ...ledger, unknown } }
}
