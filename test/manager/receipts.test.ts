import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { WriteRecords } from '../../src/contracts/sink.js'
import { batchToken } from '../../src/job/file-plan.js'
import { ImportJob } from '../../src/job/import-job.js'
import { functionSink } from '../../src/sinks/function/function-sink.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { installProbe } from '../../src/util/probe.js'
import { scoreMapper, scoresCsv } from '../job/parts.js'

const collected = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const one of all) list.push(one)
  return list
}

test('every imported file has a receipt whose hash anybody can check, and which never changes', async () => {
  const source = memorySource({ 'a.csv': scoresCsv('a', 40), 'b/c.csv': 'id,score\nx,1\ny,\n', 'bad.csv': 'name\nx\n', 'note.txt': 'x' })
  const tokens: string[] = []
  const write: WriteRecords<object> = (_records, { token }) => void tokens.push(token)
  const parts = { id: 'job', source, store: memoryStore(), mapper: scoreMapper(), isolation: 'inline', budgets: { batchRows: 16 } } as const
  await using job = new ImportJob({ ...parts, sink: functionSink(write, { delivery: 'idempotent' }) })
  await job.runOnce()
  const receipts = await collected(job.receipts())
  expect(receipts.map(({ body }) => body.key)).toEqual(['a.csv', 'b/c.csv'])
  expect(receipts.map(({ body }) => body.counts)).toEqual([
    { rowsRead: 40, rowsWritten: 40, rowsRejected: 0 },
    { rowsRead: 2, rowsWritten: 1, rowsRejected: 1 },
  ])
  for (const { json, sha256, body } of receipts) {
    expect(createHash('sha256').update(json, 'utf8').digest('hex')).toBe(sha256)
    expect(JSON.parse(json)).toEqual(body)
    expect(Object.keys(JSON.parse(json))).toEqual(Object.keys(body).sort())
    expect(body).toMatchObject({ receipt: 'lading/1', job: 'job', place: 'memory:', generation: 1, schemaVersion: 1, format: 'csv' })
  }
  // The tokens that the sink has seen are those of this plan and these rows.
  const [first] = receipts
  const { plan = '', lastRow } = first?.body.tokens ?? {}
  expect(lastRow).toBe(40)
  const identity = { jobId: 'job', key: 'a.csv', version: String(first?.body.version), generation: 1 }
  for (const [firstRow, rowsRead] of [
    [1, 16],
    [17, 16],
    [33, 8],
  ] as const)
    expect(tokens).toContain(batchToken(identity, plan, firstRow, rowsRead))

  source.put('d.csv', scoresCsv('d', 1))
  await job.runOnce()
  expect((await collected(job.receipts())).slice(0, 2)).toEqual(receipts)
  expect((await collected(job.receipts({ under: 'b/' }))).map(({ json }) => json)).toEqual([receipts[1]?.json])
})

test('where another plan stands in the ledger than the one that wrote, no tokens are claimed', async () => {
  const clock = { ms: Date.parse('2026-01-01') }
  const store = memoryStore({ now: () => new Date(clock.ms) })
  const source = memorySource({ 'a.csv': scoresCsv('a', 4) })
  const sink = memorySink<object>()
  const make = (batchRows: number) =>
    new ImportJob({ id: 'job', source, sink, store, mapper: scoreMapper(), isolation: 'inline', budgets: { batchRows } })
  installProbe((point) => {
    if (point === 'P22') throw new Error('dead after the commit')
  })
  await make(16).runOnce()
  installProbe(undefined)
  clock.ms += 600_000
  const job = make(8)
  await job.runOnce()
  const [receipt] = await collected(job.receipts())
  expect(receipt?.body).toMatchObject({ counts: { rowsWritten: 4 } })
  const { plan } = receipt?.body.tokens ?? { plan: null }
  const [attempt] = await store.ledger.attempts('job', 'a.csv', { signal: AbortSignal.timeout(1_000) })
  expect(receipt?.body.fence).toBe(attempt?.fence)
  expect(plan).toBeNull()
  expect(sink.records).toHaveLength(4)
})
