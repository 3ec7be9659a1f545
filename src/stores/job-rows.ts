import type { JobRow, JobTable, Pin } from '../contracts/job-store.js'
import type { DataType } from '../model/data-type.js'
import { sha256 } from '../util/canonical-json.js'
import { jsonText, parsedJson } from './json-text.js'
import type { StoreTransactions } from './store-tables.js'
import { jobRow, refuseDeleted, storedJob } from './stored-job.js'
import { ask, type Work } from './work.js'

/** {@link JobTable} over any {@link StoreTransactions}. */
export function jobRows(transactions: StoreTransactions): JobTable {
  return {
    load: (id, { signal }) =>
      transactions.read(signal, function* (tables) {
        const job = yield* ask(tables.job(id))
        return job && jobRow(job)
      }),

    save: (job, { signal }) =>
      transactions.write(signal, function* (tables, now): Work<JobRow | undefined> {
        const { id, status, rulesVersion } = job
        const definition = job.definition === null ? null : jsonText(job.definition)
        const stored = yield* ask(tables.job(id, 'own'))
        if (stored === undefined) {
          if (job.edition !== 0) return undefined
          const { place, identity } = job
          const row = { id, status, definition, place, identity, schemaVersion: 0, rulesVersion, edition: 1 }
          return jobRow(yield* ask(tables.insertJob(row, now)))
        }
        if (stored.edition !== job.edition) return undefined
        refuseDeleted(stored)
        const saved = { ...stored, status, definition, rulesVersion, edition: stored.edition + 1 }
        tables.saveJob(saved, now)
        return jobRow(saved)
      }),

    list: ({ signal, after, limit }) =>
      transactions.read(signal, function* (tables) {
        return (yield* ask(tables.jobs(after, limit))).map(jobRow)
      }),

    remove: (id, { signal }) =>
      transactions.write(signal, function* (tables, now) {
        const job = yield* ask(tables.job(id, 'own'))
        if (job === undefined) return false
        if (job.status !== 'deleted') tables.saveJob({ ...job, status: 'deleted', edition: job.edition + 1 }, now)
        return true
      }),

    schemaVersion: (id, { signature, body = null }, { signal }) =>
      transactions.write(signal, function* (tables, now) {
        const job = yield* storedJob(tables, id, 'own')
        const hash = sha256(signature)
        const known = yield* ask(tables.schemaNumber(job.jobNo, hash))
        if (known !== undefined) return { number: known, current: known === job.schemaVersion }
        const number = job.schemaVersion + 1
        tables.insertSchema(job.jobNo, number, hash, jsonText(body), now)
        tables.saveJob({ ...job, schemaVersion: number }, now)
        return { number, current: true }
      }),

    pin: (id, schemaVersion, pins, { signal }) =>
      transactions.write(signal, function* (tables) {
        const { jobNo } = yield* storedJob(tables, id, 'own')
        const held: Pin[] = []
        for (const { column, type } of pins) {
          const stored = yield* ask(tables.pinned(jobNo, schemaVersion, column))
          if (stored === undefined) tables.insertPin(jobNo, schemaVersion, column, jsonText(type))
          held.push({ column, type: stored === undefined ? type : parsedJson<DataType>(stored, 'job_pin.type') })
        }
        return held
      }),
  }
}
