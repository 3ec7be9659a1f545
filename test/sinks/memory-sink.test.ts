import { describe, expect, test } from 'vitest'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { type ContractRecord, type SinkUnderTest, sinkCasesFor } from '../../src/testing/sink-contract.js'

async function makeMemory(): Promise<SinkUnderTest> {
  const sink = memorySink<ContractRecord>()
  return { sink, read: async () => sink.rows.map(({ record, ...where }) => ({ ...where, ...record })) }
}

describe('memorySink keeps the sink contract', () => {
  for (const { name, run } of sinkCasesFor(memorySink())) test(name, () => run(makeMemory))
})

test('records are in order of commits, then rows', async () => {
  expect(memorySink().records).toEqual([])
  expect(memorySink()).toMatchObject({ delivery: 'transactional', replaces: true })
})
