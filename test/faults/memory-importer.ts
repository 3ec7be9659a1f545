import { setTimeout as delay } from 'node:timers/promises'
import { ImportJob } from '../../src/job/import-job.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'

/** How much memory the importer had after so much input; all in bytes. */
export interface MemorySample {
  readonly read: number
  /** Holds the array buffers too, as far as they were touched. */
  readonly rss: number
  readonly arrayBuffers: number
}

/** What the importer tells at its end. */
export interface MemoryReport {
  readonly samples: readonly MemorySample[]
  /** Heap and array buffers in use right after a collection, at each twentieth of the input; only where `gc` is exposed. */
  readonly live: readonly { readonly read: number; readonly bytes: number }[]
  /** The kernel's own figure: it misses no peak between two samples. */
  readonly peakRss: number
  readonly rows: number
  readonly imported: number
  readonly errors: readonly string[]
  readonly ms: number
}

interface Arguments {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly bytes: number
}

const { bytes, ...s3 } = JSON.parse(process.argv[2] ?? '') as Arguments
const samples: MemorySample[] = []
const live: { read: number; bytes: number }[] = []
let read = 0
let rows = 0

const job = new ImportJob({
  id: 'memory',
  source: s3Source({ ...s3, url: 's3://large/in/', ownership: 'unchecked' }),
  mapper: modelSchema({
    model: 'large',
    modelType: 'numeric',
    environment: 'production',
    timestampWindow: { past: 100, future: 1 },
    schema: { prediction_id: 'prediction_id', timestamp: 'prediction_ts', prediction_score: 'score', features: 'feature_', tags: 'tag_' },
  }),
  // Slower than the reader, so that whatever is read ahead would pile up.
  sink: async (records) => {
    rows += records.length
    await delay(1)
  },
  store: memoryStore(),
  // All memory in one process.
  isolation: 'inline',
})
job.on('fileProgressed', ({ bytesRead }) => {
  read = bytesRead
  if (globalThis.gc === undefined || read < ((live.length + 1) * bytes) / 20) return
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  live.push({ read, bytes: heapUsed + arrayBuffers })
})

const started = performance.now()
const sampling = setInterval(() => {
  const { rss, arrayBuffers } = process.memoryUsage()
  samples.push({ read, rss, arrayBuffers })
}, 100)
const { imported, errors } = await job.runOnce()
clearInterval(sampling)
await job.close()
const report: MemoryReport = {
  samples,
  live,
  // In KiB.
  peakRss: process.resourceUsage().maxRSS * 1024,
  rows,
  imported,
  errors: errors.map(({ code, message }) => `${code}: ${message}`),
  ms: Math.round(performance.now() - started),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
