import {
  type AllEventsListed,
  functionSink,
  ImportJob,
  type ImportJobOptions,
  type IsolationEntry,
  type MappedBatch,
  memorySink,
  memorySource,
  memoryStore,
  rowMapper,
  type Sink,
} from 'lading'
import { expectTypeOf, test } from 'vitest'

interface Order {
  readonly id: string
  readonly cents: bigint
}
const mapper = rowMapper({
  signature: 'orders/1',
  columns: { id: 'string', cents: 'int64' },
  map: ({ id, cents }, { reject }) =>
    id === null ? reject('x-no-id', 'An order needs an id.', 'id') : ({ id, cents: BigInt(cents ?? 0) } satisfies Order),
})
const parts = { id: 'x', source: memorySource({}), store: memoryStore(), mapper }

test('the event list is complete', () => {
  expectTypeOf<AllEventsListed>().toEqualTypeOf<true>()
})

test('events are typed by name', () => {
  const job = new ImportJob({ ...parts, sink: memorySink<Order>() })
  job.on('rowRejected', (event) => {
    expectTypeOf(event.row).toEqualTypeOf<number>()
    expectTypeOf(event.file.key).toEqualTypeOf<string>()
    // @ts-expect-error Property 'rows' does not exist
    event.rows
    // @ts-expect-error payloads are read-only
    event.row = 1
  })
  // @ts-expect-error Argument of type '"fileDicovered"' is not assignable to parameter of type 'keyof ImportJobEvents'
  job.on('fileDicovered', () => {})
  // @ts-expect-error hosts listen, they do not emit
  job.emit('fileDiscovered', {})
})

test('the mapper decides what the sink gets', () => {
  new ImportJob({
    ...parts,
    sink: (records) => {
      for (const record of records) {
        expectTypeOf(record.cents).toEqualTypeOf<bigint>()
        // @ts-expect-error Property 'name' does not exist
        record.name
      }
    },
  })
  // @ts-expect-error a sink for other records
  new ImportJob({ ...parts, sink: functionSink<{ name: string }>(() => {}) })
  // A sink for wide records takes a narrow job.
  const wide: Sink<{ readonly id: string }> = memorySink<{ readonly id: string }>()
  new ImportJob({ ...parts, sink: wide })
  expectTypeOf<MappedBatch<Order>>().toExtend<MappedBatch<{ readonly id: string }>>()
})

test('jobs of any record type go into one list', () => {
  const jobs: ImportJob[] = [new ImportJob({ ...parts, sink: memorySink<Order>() })]
  expectTypeOf(jobs).toEqualTypeOf<ImportJob<unknown>[]>()
})

test('options: required parts, known names, known words', () => {
  // @ts-expect-error Property 'store' is missing
  new ImportJob({ id: 'x', source: memorySource({}), mapper, sink: memorySink<Order>() })
  // @ts-expect-error 'maxAttemps' does not exist
  new ImportJob({ ...parts, sink: memorySink<Order>(), maxAttemps: 3 })
  // @ts-expect-error '"replce"' is not assignable
  new ImportJob({ ...parts, sink: memorySink<Order>(), overwrites: 'replce' })
  expectTypeOf<ImportJobOptions<Order>['isolation']>().toEqualTypeOf<
    'auto' | 'process' | 'thread' | 'inline' | IsolationEntry | undefined
  >()
})
