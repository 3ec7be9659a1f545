// A host that is not about models, with a sink that reads columns: no object is made for any row.
import { cell, ImportJob, memorySource, memoryStore, rowMapper } from 'lading'

interface Order {
  readonly id: string
  readonly cents: bigint
  readonly at: Date
}

const orders = rowMapper({
  signature: 'orders/1',
  columns: { id: 'string', cents: 'int64', at: 'timestamp' },
  map: ({ id, cents, at }, { file, reject }) =>
    id === null
      ? reject('x-no-id', 'An order needs an id.', 'id')
      : // The only "now" of a mapping: equal in every attempt.
        ({ id, cents: BigInt(cents ?? 0), at: at ?? file.asOf } satisfies Order),
})

await using job = new ImportJob({
  id: 'orders',
  source: memorySource({
    'orders.csv': 'id,cents,at\na,1250,2026-03-01T08:00:00Z\n,300,2026-03-01T08:01:00Z\nb,400,2026-03-01T08:02:00Z\n',
  }),
  mapper: orders,
  sink: {
    delivery: 'plain',
    async begin(file) {
      let rows = 0
      return {
        async write(batch) {
          rows += batch.rowCount
          const { cents } = batch.columns
          if (cents.kind === 'group') return
          for (let i = 0; i < batch.rowCount; i++) console.log(`row ${batch.sourceRow(i)}: ${cell(cents, i)} cents`)
        },
        async commit({ rejected }) {
          return { rows, rejected, schemaVersion: file.schemaVersion, fence: file.fence, committedAt: new Date().toISOString() }
        },
        async abort() {},
      }
    },
  },
  store: memoryStore(),
})
const { rejectedRows } = await job.runOnce()
console.log(`${rejectedRows} row rejected`)

// Output:
// row 1: 1250 cents
// row 3: 400 cents
// 1 row rejected
