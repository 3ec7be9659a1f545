import { describe, expect, test } from 'vitest'
import type { FileWriter, WriteRecords } from '../../src/contracts/sink.js'
import { SinkError } from '../../src/errors.js'
import { functionSink } from '../../src/sinks/function/function-sink.js'
import { mappedBatch } from '../../src/testing/mapped-batch.js'
import { type ContractRecord, type SinkUnderTest, sinkCasesFor } from '../../src/testing/sink-contract.js'
import { sinkFile } from './sink-file.js'

const options = { signal: new AbortController().signal }
const file = sinkFile({ key: 'k.csv', schemaVersion: 4, fence: 7 })

async function open<R>(write: WriteRecords<R>): Promise<FileWriter<R>> {
  const writer = await functionSink(write).begin(file, options)
  if (!('write' in writer)) throw new Error('a function has no receipts')
  return writer
}

describe('functionSink keeps the sink contract', () => {
  async function makeFunction(): Promise<SinkUnderTest> {
    const rows: Awaited<ReturnType<SinkUnderTest['read']>>[number][] = []
    const sink = functionSink<ContractRecord>((records, { file: { key, version, generation } }) => {
      for (const record of records) rows.push({ key, version, generation, row: Number(record.id.split('-')[1]), ...record })
    })
    return { sink, read: async () => rows }
  }
  for (const { name, run } of sinkCasesFor({ delivery: 'plain' })) test(name, () => run(makeFunction))
})

describe('functionSink that ignores known tokens keeps the contract of idempotent sinks', () => {
  async function makeFunction(): Promise<SinkUnderTest> {
    const batches = new Map<string, Awaited<ReturnType<SinkUnderTest['read']>>>()
    const sink = functionSink<ContractRecord>(
      (records, { file: { key, version, generation }, token }) => {
        const rows = records.map((record) => ({ key, version, generation, row: Number(record.id.split('-')[1]), ...record }))
        batches.set(JSON.stringify([key, version, generation, token]), rows)
      },
      { delivery: 'idempotent' },
    )
    return { sink, read: async () => [...batches.values()].flat() }
  }
  for (const { name, run } of sinkCasesFor({ delivery: 'idempotent' })) test(name, () => run(makeFunction))
})

describe('functionSink', () => {
  test('declares what it was told, and plain means one file in flight', () => {
    expect(functionSink(() => {})).toMatchObject({ delivery: 'plain', maxConcurrentFiles: 1 })
    expect(functionSink(() => {}, { delivery: 'idempotent' }).maxConcurrentFiles).toBeUndefined()
  })

  test('calls once per batch, in order, with file, token and signal', async () => {
    const calls: unknown[] = []
    const writer = await open<{ id: number }>((records, context) => void calls.push([records, context]))
    await writer.write(mappedBatch([{ id: 1 }, { id: 2 }], { token: 't1' }), options)
    await writer.write(mappedBatch([{ id: 3 }], { firstRow: 3, token: 't2' }), options)
    expect(calls).toEqual([
      [[{ id: 1 }, { id: 2 }], { file, token: 't1', signal: options.signal }],
      [[{ id: 3 }], { file, token: 't2', signal: options.signal }],
    ])
    expect(await writer.commit({ rows: 3, rejected: 2 }, options)).toMatchObject({ rows: 3, rejected: 2, schemaVersion: 4, fence: 7 })
  })

  test('what the host throws is wrapped without its message; an ImportError passes', async () => {
    const secret = new Error('cell value 4711')
    const wrapped = await (await open(() => Promise.reject(secret)))
      .write(mappedBatch([{}], { firstRow: 9 }), options)
      .catch((e: unknown) => e)
    expect(wrapped).toMatchObject({
      name: 'SinkError',
      code: 'SINK_FAILED',
      scope: 'file',
      retryable: true,
      location: { key: 'k.csv', row: 9 },
    })
    expect((wrapped as Error).cause).toBe(secret)
    expect(JSON.stringify(wrapped)).not.toContain('4711')

    const outage = new SinkError('SINK_UNAVAILABLE', 'down', { retryable: true })
    const thrower = await open(() => {
      throw outage
    })
    await expect(thrower.write(mappedBatch([{}]), options)).rejects.toBe(outage)
  })

  test('an abort is passed on as it is', async () => {
    const controller = new AbortController()
    const writer = await open((_records, { signal }) => {
      controller.abort(new Error('stop'))
      signal.throwIfAborted()
    })
    await expect(writer.write(mappedBatch([{}]), { signal: controller.signal })).rejects.toThrow('stop')
    await expect(writer.write(mappedBatch([{}]), { signal: controller.signal })).rejects.toThrow('stop')
  })
})
