import type { JobRow, JobTable } from '../contracts/job-store.js'
import type { DataType } from '../model/data-type.js'
import { sha256 } from '../util/canonical-json.js'
import { jsonText, parsedJson } from './json-text.js'
import type { StoreTransactions } from './store-tables.js'
import { jobRow, refuseDeleted, storedJob } from './stored-job.js'

/** {@link JobTable} over any {@link StoreTransactions}. */
export function jobRows(transactions: StoreTransactions, now: () => Date): JobTable {
  return {
    load: (id, { signal }) =>
      transactions.read(signal, (tables) => {
        const job = tables.job(id)
        return job && jobRow(job)
      }),

    save: (job, { signal }) =>
      transactions.write(signal, (tables): JobRow | undefined => {
        const at = now().getTime()
        const { id, status, rulesVersion } = job
        const definition = job.definition === null ? null : jsonText(job.definition)
        const stored = tables.job(id)
        if (stored === undefined) {
          if (job.edition !== 0) return undefined
          const { place, identity } = job
          return jobRow(tables.insertJob({ id, status, definition, place, identity, schemaVersion: 0, rulesVersion, edition: 1 }, at))
        }
        if (stored.edition !== job.edition) return undefined
        refuseDeleted(stored)
        const saved = { ...stored, status, definition, rulesVersion, edition: stored.edition + 1 }
        tables.saveJob(saved, at)
        return jobRow(saved)
      }),

    list: ({ signal, after, limit }) => transactions.read(signal, (tables) => tables.jobs(after, limit).map(jobRow)),

    remove: (id, { signal }) =>
      transactions.write(signal, (tables) => {
        const job = tables.job(id)
        if (job === undefined) return false
        if (job.status !== 'deleted') tables.saveJob({ ...job, status: 'deleted', edition: job.edition + 1 }, now().getTime())
        return true
      }),

    schemaVersion: (id, { signature, body = null }, { signal }) =>
      transactions.write(signal, (tables) => {
        const at = now().getTime()
        const job = storedJob(tables, id)
        const hash = sha256(signature)
        const known = tables.schemaNumber(job.jobNo, hash)
        if (known !== undefined) return { number: known, current: known === job.schemaVersion }
        const number = job.schemaVersion + 1
        tables.insertSchema(job.jobNo, number, hash, jsonText(body), at)
        tables.saveJob({ ...job, schemaVersion: number }, at)
        return { number, current: true }
      }),

    pin: (id, schemaVersion, pins, { signal }) =>
      transactions.write(signal, (tables) => {
        const { jobNo } = storedJob(tables, id)
        return pins.map(({ column, type }) => {
          const stored = tables.pinned(jobNo, schemaVersion, column)
          if (stored !== undefined) return { column, type: parsedJson<DataType>(stored, 'job_pin.type') }
          tables.insertPin(jobNo, schemaVersion, column, jsonText(type))
          return { column, type }
        })
      }),
  }
}
