// A transactional sink without a base class: whole file or nothing, and a repeat finds the receipt.
import { ImportJob, memorySource, memoryStore, type Receipt, rowMapper, type Sink, SinkError, type SinkFile } from 'lading'

interface Table<R> {
  rows: readonly R[]
  readonly fences: Map<string, number>
  readonly receipts: Map<string, Receipt>
}

const tableSink = <R>(table: Table<R>): Sink<R> => {
  const fenceOff = ({ jobId, key, fence }: SinkFile): void => {
    const id = JSON.stringify([jobId, key])
    if ((table.fences.get(id) ?? 0) > fence) throw new SinkError('FENCED', 'A newer claim has this key.', { location: { key } })
    table.fences.set(id, fence)
  }
  return {
    delivery: 'transactional',
    async begin(file) {
      fenceOff(file) // First fence, then ask.
      const id = JSON.stringify([file.jobId, file.key, file.version, file.generation])
      const staged: R[] = []
      return (
        table.receipts.get(id) ?? {
          async write(batch) {
            staged.push(...batch.records())
          },
          async commit(summary) {
            fenceOff(file)
            const { schemaVersion, fence } = file
            const receipt: Receipt = { ...summary, schemaVersion, fence, committedAt: new Date().toISOString() }
            table.rows = [...table.rows, ...staged]
            table.receipts.set(id, receipt)
            return receipt
          },
          async abort() {
            staged.length = 0
          },
        }
      )
    },
  }
}

const table: Table<{ city: string }> = { rows: [], fences: new Map(), receipts: new Map() }
const run = async (): Promise<number> => {
  // The ledger is new each time, the table is not: a host that lost its ledger.
  await using job = new ImportJob({
    id: 'cities',
    source: memorySource({ 'cities.csv': 'city\nOslo\nLima\n' }),
    mapper: rowMapper({ signature: '1', columns: { city: 'string' }, map: ({ city }) => ({ city: city ?? '' }) }),
    sink: tableSink(table),
    store: memoryStore(),
  })
  return (await job.runOnce()).imported
}

console.log(`imported ${await run()}, ${table.rows.length} rows`)
console.log(`imported ${await run()}, still ${table.rows.length} rows`)

// Output:
// imported 1, 2 rows
// imported 1, still 2 rows
