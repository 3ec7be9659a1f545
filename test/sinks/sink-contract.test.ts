import { describe, expect, test } from 'vitest'
import type { FileWriter, Sink } from '../../src/contracts/sink.js'
import type { SinkFile } from '../../src/model/file.js'
import type { Receipt } from '../../src/model/receipt.js'
import { type MemorySink, memorySink } from '../../src/sinks/memory/memory-sink.js'
import { type ContractRecord, type SinkUnderTest, sinkCasesFor } from '../../src/testing/sink-contract.js'

type Memory = MemorySink<ContractRecord>
type Answer = FileWriter<ContractRecord> | Receipt

/** A memory sink with one rule broken. */
const broken = (begin: (memory: Memory, file: SinkFile) => Promise<Answer>) => async (): Promise<SinkUnderTest> => {
  const memory = memorySink<ContractRecord>()
  const sink: Sink<ContractRecord> = { delivery: 'transactional', replaces: true, begin: (file) => begin(memory, file) }
  return { sink, read: async () => memory.rows.map(({ record, ...where }) => ({ ...where, ...record })) }
}

const options = { signal: new AbortController().signal }
const isWriter = (answer: Answer): answer is FileWriter<ContractRecord> => 'write' in answer

async function casesFailedBy(make: () => Promise<SinkUnderTest>): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of sinkCasesFor({ delivery: 'transactional', replaces: true })) await run(make).catch(() => failed.push(name))
  return failed
}

describe('the kit finds', () => {
  test('nothing in a sink that keeps the contract', async () => {
    expect(await casesFailedBy(broken((memory, file) => memory.begin(file, options)))).toEqual([])
  })

  test.each<[rule: string, begin: (memory: Memory, file: SinkFile) => Promise<Answer>, found: string]>([
    ['no fence', (memory, file) => memory.begin({ ...file, fence: 1 }, options), 'begin refuses a lower fence'],
    [
      'a fence per version',
      (memory, file) => memory.begin({ ...file, jobId: file.jobId + file.version }, options),
      'a zombie of an older version cannot come after the newer one',
    ],
    [
      'fences compared as text',
      (memory, file) => memory.begin({ ...file, fence: Number(String(file.fence).padEnd(3, '0')) }, options),
      'fences compare as numbers',
    ],
    [
      'the fence is raised by the first write, not by begin',
      async (memory, file) => {
        const answer = await memory.begin({ ...file, jobId: `${file.jobId} asked` }, options)
        if (!isWriter(answer)) return answer
        let late: Answer | undefined
        const open = async (): Promise<FileWriter<ContractRecord>> => {
          late ??= await memory.begin(file, options)
          if (!isWriter(late)) throw new Error('committed by another')
          return late
        }
        return {
          write: async (batch, opts) => (await open()).write(batch, opts),
          commit: async (summary, opts) => (await open()).commit(summary, opts),
          abort: async () => {},
        }
      },
      'a lease lost before the commit is refused there',
    ],
    [
      'receipts forgotten',
      (memory, file) => memory.begin({ ...file, generation: file.generation + 100 * file.fence }, options),
      'begin answers with the receipt of a committed file',
    ],
    [
      'rows seen before the commit',
      async (memory, file) => {
        const answer = await memory.begin(file, options)
        if (!isWriter(answer)) return answer
        let receipt: Receipt | undefined
        return {
          write: async (batch, opts) => {
            await answer.write(batch, opts)
            receipt = await answer.commit({ rows: 5, rejected: 1 }, opts)
          },
          commit: async (summary, opts) => receipt ?? answer.commit(summary, opts),
          abort: async () => {},
        }
      },
      'nothing is seen before the commit',
    ],
    [
      'replacing is ignored',
      (memory, file) => memory.begin({ ...file, replacesKey: false }, options),
      'a replacing file takes the place of all older files of its key, in one commit',
    ],
    [
      'abort commits',
      async (memory, file) => {
        const answer = await memory.begin(file, options)
        if (!isWriter(answer)) return answer
        return {
          write: (batch, opts) => answer.write(batch, opts),
          commit: (summary, opts) => answer.commit(summary, opts),
          abort: async () => void (await answer.commit({ rows: 5, rejected: 1 }, options).catch(() => undefined)),
        }
      },
      'abort leaves nothing but the fence',
    ],
  ])('%s', async (_rule, begin, found) => {
    expect(await casesFailedBy(broken(begin))).toContain(found)
  })
})
