import type { Sink } from '../contracts/sink.js'
import { commitCases } from './sink-contract/commit-cases.js'
import { fenceCases } from './sink-contract/fence-cases.js'
import { replaceCases } from './sink-contract/replace-cases.js'
import { sharedCases } from './sink-contract/shared-cases.js'
import type { SinkCase } from './sink-contract/sink-rig.js'
import { writingCases } from './sink-contract/writing-cases.js'

export type { ContractRecord, SinkCase, SinkNeeds, SinkUnderTest, StoredRow } from './sink-contract/sink-rig.js'

/**
 * What the engine demands of a sink, as cases without a test runner; {@link sinkCasesFor} chooses those for a sink.
 */
export const sinkContract: readonly SinkCase[] = [...writingCases, ...fenceCases, ...commitCases, ...replaceCases, ...sharedCases]

/**
 * The cases for a sink that declares this. A file that is fenced, settled, overtaken, replaced: each with full contents.
 *
 * ```ts
 * for (const { name, run } of sinkCasesFor({ delivery: 'transactional', replaces: true })) test(name, () => run(makeMySink))
 * ```
 */
export function sinkCasesFor({
  delivery,
  replaces,
  database,
}: Pick<Sink<never>, 'delivery' | 'replaces' | 'database'>): readonly SinkCase[] {
  const declared = new Set<SinkCase['needs']>(['any'])
  if (delivery !== 'plain') declared.add(delivery)
  if (delivery === 'transactional' && replaces === true) declared.add('replaces')
  if (delivery === 'transactional' && database !== undefined) declared.add('shared')
  return sinkContract.filter(({ needs }) => declared.has(needs))
}
