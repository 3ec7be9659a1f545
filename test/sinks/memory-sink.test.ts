import { describe, expect, onTestFinished, test } from 'vitest'
import type { FileWriter } from '../../src/contracts/sink.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { type ContractRecord, type SinkUnderTest, sinkCasesFor } from '../../src/testing/sink-contract.js'
import { installProbe } from '../../src/util/probe.js'

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

test('a commit that was given up commits nothing, however late it goes on', async () => {
  const { signal } = new AbortController()
  const sink = memorySink<object>()
  const now = new Date(0)
  const file = { jobId: 'j', key: 'k', version: 'v', generation: 1, size: 1, schemaVersion: 1, sourceTime: now, asOf: now }
  const attempt = { ...file, attempt: 1, fence: 1, first: true, replacesKey: false, shared: false }
  const writer = (await sink.begin(attempt, { signal })) as FileWriter<object>
  let goOn = (): void => {}
  installProbe((point) => (point === 'P20' ? new Promise((resolve) => (goOn = resolve)) : undefined))
  onTestFinished(() => installProbe(undefined))
  const committing = writer.commit({ rows: 0, rejected: 0 }, { signal })
  await new Promise(setImmediate)
  await writer.abort(new Error('given up'), { signal })
  goOn()
  await expect(committing).rejects.toMatchObject({ code: 'COMMIT_IN_DOUBT' })
  expect(await sink.begin({ ...attempt, fence: 2, first: false }, { signal })).toHaveProperty('write')
})
