import type { ImportJobSettings } from '../../src/job/job-options.js'
import type { ErrorCode } from '../../src/model/error-code.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { bucket, type FaultWorld, role } from './fault-world.js'

/** What goes wrong, and what must come of it. */
export interface FaultCase {
  readonly name: string
  /** Sets the fault and the job. */
  readonly begin: (world: FaultWorld) => void
  /** Budgets and the like of the job, where `begin` does not make it. */
  readonly settings?: ImportJobSettings
  /** The error of the first run; none: it imports everything. */
  readonly code?: ErrorCode
  /** Of the log's eight files, so many are imported by the first run. @defaultValue 8, or 7 with a code */
  readonly imported?: number
  /** The state of the file that was hit, after the first run. */
  readonly state?: 'pending' | 'failed' | 'skipped'
  /** After `lift`: what the host or the customer mends. */
  readonly mend?: (world: FaultWorld) => void
  /** Longest first run, ms. @defaultValue 10_000 */
  readonly withinMs?: number
  /** What the log is in the end. */
  readonly overwritten?: string
}

const csv = 'in/year=2024/part-0.csv'
const parquet = 'in/year=2024/part-1.parquet'
const avro = 'in/year=2024/part-2.avro'
const arrow = 'in/year=2024/part-3.arrow'
const always = { times: Number.POSITIVE_INFINITY }
const get = { operation: 'GetObject' } as const
const list = { operation: 'ListObjectsV2' } as const
const impatient: ImportJobSettings = { budgets: { readIdleMs: 300 } }

const fault =
  (...faults: Parameters<FaultWorld['fault']>[0][]) =>
  (world: FaultWorld): void => {
    for (const one of faults) world.fault(one)
  }

/** Some objects before the log's, so that its listing has two pages; they are skipped by rule. */
function twoPages(world: FaultWorld): void {
  for (let i = 0; i < 997; i++) world.double.putObject(bucket, `in/aaa/${String(i).padStart(4, '0')}.csv`, '')
}

export const faultCases: readonly FaultCase[] = [
  // The connection.
  { name: 'cut in the middle of a body', begin: fault({ ...get, key: csv, kind: 'cut', afterBytes: 9_000, times: 3 }) },
  {
    name: 'cut that looks like the end',
    begin: fault(...[csv, avro, arrow].map((key) => ({ ...get, key, kind: 'cut', afterBytes: 5_000, hideLength: true }) as const)),
  },
  { name: 'cut in a range', begin: fault({ ...get, key: parquet, kind: 'cut', afterBytes: 100, reset: true, times: 3 }) },
  { name: 'reset before the answer', begin: fault({ ...get, kind: 'resetBeforeResponse', times: 3 }) },
  {
    name: 'cut again and again at the same byte',
    begin: fault({ ...get, key: csv, kind: 'cut', afterBytes: 0, ...always }),
    code: 'READ_CUT_SHORT',
    state: 'pending',
  },
  { name: 'stalled body', begin: fault({ ...get, key: avro, kind: 'stall', afterBytes: 4_000 }), settings: impatient },
  {
    name: 'stalled body, always',
    begin: fault({ ...get, key: arrow, kind: 'stall', afterBytes: 0, ...always }),
    settings: impatient,
    code: 'READ_STALLED',
    state: 'pending',
  },
  { name: 'slow body', begin: fault({ ...get, key: csv, kind: 'trickle', bytes: 8_000, everyMs: 50 }), settings: impatient },

  // The object.
  {
    name: 'overwritten between two ranges',
    begin: (world) => {
      const change = (): void => world.put(world.data.object(parquet, 2))
      world.fault({ ...get, key: parquet, nth: 2, kind: 'changeObject', change })
    },
    imported: 7,
    state: 'skipped',
    overwritten: parquet,
  },
  {
    name: 'overwritten between a cut and its resumption',
    begin: (world) => {
      const change = (): void => world.put(world.data.object(csv, 2))
      world.fault({ ...get, key: csv, kind: 'cut', afterBytes: 9_000 })
      world.fault({ ...get, key: csv, nth: 2, kind: 'changeObject', change })
    },
    imported: 7,
    state: 'skipped',
    overwritten: csv,
  },
  {
    name: 'an ETag that is not the listed one',
    begin: fault({ ...get, key: avro, kind: 'wrongEtag' }),
    imported: 7,
    state: 'skipped',
  },
  {
    name: 'access denied on one object',
    begin: fault({ ...get, key: arrow, kind: 'accessDenied', ...always }),
    code: 'OBJECT_DENIED',
    state: 'failed',
  },

  // Ranges.
  { name: 'short range', begin: fault({ ...get, key: parquet, kind: 'shortRange', bytes: 40, times: 3 }) },
  {
    name: 'ignored range',
    begin: fault({ ...get, key: parquet, kind: 'ignoreRange', ...always }),
    code: 'READ_RANGE_IGNORED',
    state: 'failed',
  },
  {
    name: 'more bytes than the range',
    begin: fault({ ...get, key: parquet, kind: 'longRange', bytes: 10 }),
    code: 'READ_RANGE_IGNORED',
    state: 'failed',
  },
  {
    name: 'other bytes than the range',
    begin: fault({ ...get, key: parquet, kind: 'wrongContentRange' }),
    code: 'READ_RANGE_IGNORED',
    state: 'failed',
  },

  // The store under load.
  { name: '503 on some GETs', begin: fault({ ...get, kind: 'slowDown', times: 6 }) },
  {
    name: '503 storm on GET',
    begin: fault({ ...get, kind: 'slowDown', ...always }),
    code: 'SOURCE_THROTTLED',
    imported: 0,
    state: 'pending',
  },
  {
    name: '500 storm on GET',
    begin: fault({ ...get, kind: 'internalError', ...always }),
    code: 'SOURCE_UNAVAILABLE',
    imported: 0,
    state: 'pending',
  },
  { name: '503 storm on LIST', begin: fault({ ...list, kind: 'slowDown', ...always }), code: 'SOURCE_THROTTLED', imported: 0 },

  // The listing.
  { name: 'truncated listing', begin: fault({ ...list, kind: 'truncatedXml', at: 0.7 }), code: 'SOURCE_LISTING_INVALID', imported: 0 },
  { name: 'listing cut in the middle', begin: fault({ ...list, kind: 'cut', afterBytes: 300 }), code: 'SOURCE_UNAVAILABLE', imported: 0 },
  {
    name: 'an error inside a listing',
    begin: fault({ ...list, kind: 'malformedListing', damage: 'errorInside' }),
    code: 'SOURCE_UNAVAILABLE',
    imported: 0,
  },
  {
    name: 'HTML in place of a listing',
    begin: fault({ ...list, kind: 'malformedListing', damage: 'html' }),
    code: 'SOURCE_LISTING_INVALID',
    imported: 0,
  },
  {
    name: 'a bad second page',
    begin: (world) => {
      twoPages(world)
      world.fault({ ...list, nth: 2, kind: 'malformedListing', damage: 'keyCount' })
    },
    code: 'SOURCE_LISTING_INVALID',
    imported: 3,
  },

  // Access.
  {
    name: 'sessions of the role end in the middle of files',
    begin: (world) => {
      const host = world.double.addUser('host')
      world.double.addRole({ ...role, trusted: host, allow: ['s3:ListBucket', 's3:GetObject'] })
      world.use(s3Source({ ...world.place, ownership: 'unchecked', credentials: host, role }))
      const change = (): void => world.double.expireSessions()
      world.fault({ ...get, key: parquet, nth: 2, kind: 'changeObject', change })
      world.fault({ ...get, key: csv, kind: 'cut', afterBytes: 9_000 })
      world.fault({ ...get, key: csv, nth: 2, kind: 'changeObject', change })
    },
  },
  {
    name: 'the ownership tag is gone',
    begin: (world) => {
      world.use(s3Source({ ...world.place, ingestionKey: 'the-key' }))
      world.double.setTags(bucket, undefined)
    },
    code: 'SOURCE_OWNERSHIP_MISMATCH',
    imported: 0,
    mend: ({ double }) => double.setTags(bucket, { 'arize-ingestion-key': 'the-key' }),
  },
  {
    name: 'the bucket is missing',
    begin: (world) => world.use(s3Source({ ...world.place, url: 's3://not-yet-there/in/', ownership: 'unchecked' })),
    code: 'SOURCE_NOT_FOUND',
    imported: 0,
    mend: ({ double, data }) => {
      double.createBucket('not-yet-there')
      for (const { key, bytes } of data.firsts) double.putObject('not-yet-there', key, bytes)
    },
  },
  {
    name: 'refused keys',
    begin: (world) => {
      const { accessKeyId } = world.double.credentials
      world.use(s3Source({ ...world.place, ownership: 'unchecked', credentials: { accessKeyId, secretAccessKey: 'wrong' } }))
    },
    code: 'SOURCE_DENIED',
    imported: 0,
    mend: (world) => world.use(),
  },
]
