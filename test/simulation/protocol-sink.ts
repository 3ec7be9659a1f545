import type { MappedBatch } from '../../src/contracts/schema-mapper.js'
import type { CommitOptions, FileWriter } from '../../src/contracts/sink.js'
import { SinkError } from '../../src/errors.js'
import type { SinkFile } from '../../src/model/file.js'
import type { CommitSummary, Receipt } from '../../src/model/receipt.js'
import { fenced } from '../../src/sinks/fenced.js'
import type { LogRecord } from './log-objects.js'
import type { SimulatedSink, SunkRow } from './simulated-sink.js'
import type { Turns } from './turns.js'

/** The safeguards of a transactional sink in another database; each can be switched off. */
export interface SinkSafeguards {
  /** What shares a fence; `null`: nothing is fenced. Protocol: the key. */
  readonly fenceOf: (file: SinkFile) => string | null
  /** What a receipt is for. Protocol: key, version, generation. */
  readonly receiptOf: (file: SinkFile) => string
  /** Whether `begin` looks for the receipt when it comes again under the same fence. Protocol: yes. */
  readonly asksAgain: boolean
}

const protocol: SinkSafeguards = {
  fenceOf: ({ key }) => key,
  receiptOf: ({ key, version, generation }) => JSON.stringify([key, version, generation]),
  asksAgain: true,
}

interface Committed {
  readonly receipt: Receipt
  readonly key: string
  rows: readonly SunkRow[]
}

/** The commit protocol of a transactional sink, as short as it can be said. What stands between two turns is one transaction. */
export function protocolSink(turns: Turns, broken: Partial<SinkSafeguards> = {}): SimulatedSink {
  const { fenceOf, receiptOf, asksAgain } = { ...protocol, ...broken }
  const fences = new Map<string, number>()
  const files = new Map<string, Committed>()

  function raiseFence(file: SinkFile): boolean {
    const name = fenceOf(file)
    if (name === null) return true
    const newest = fences.get(name) ?? 0
    if (newest > file.fence) throw fenced(file, newest)
    fences.set(name, file.fence)
    return newest < file.fence
  }

  function keep(file: SinkFile, { rejected }: CommitSummary, rows: readonly SunkRow[]): Receipt {
    raiseFence(file)
    const name = receiptOf(file)
    const known = files.get(name)?.receipt
    if (known !== undefined) return known
    const { key, fence, schemaVersion } = file
    if (file.replacesKey) for (const older of files.values()) if (older.key === key) older.rows = []
    const receipt = { rows: rows.length, rejected, schemaVersion, fence, committedAt: '2026-01-01T00:00:00.000Z' }
    files.set(name, { receipt, key, rows })
    return receipt
  }

  function writerOf(file: SinkFile): FileWriter<LogRecord> {
    const { key, version, generation } = file
    const staged: SunkRow[] = []
    let givenUp = false
    return {
      async write(batch: MappedBatch<LogRecord>) {
        let i = 0
        for (const record of batch.records()) staged.push({ key, version, generation, row: batch.sourceRow(i++), record })
        await turns.take('probe', 'P15')
      },
      async commit(summary: CommitSummary, _: CommitOptions) {
        await turns.take('probe', 'P19')
        if (givenUp) throw new SinkError('COMMIT_IN_DOUBT', 'the commit was given up; it was rolled back', { retryable: true })
        const receipt = keep(file, summary, staged)
        await turns.take('probe', 'P21')
        return receipt
      },
      async abort() {
        givenUp = true
      },
    }
  }

  return {
    sink: {
      delivery: 'transactional',
      replaces: true,
      async begin(file) {
        const rose = raiseFence(file)
        await turns.take('probe', 'P10')
        return (rose || asksAgain ? files.get(receiptOf(file))?.receipt : undefined) ?? writerOf(file)
      },
    },
    rows: () => [...files.values()].flatMap(({ rows }) => rows),
  }
}
