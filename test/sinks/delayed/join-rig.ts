import type { Sink } from '../../../src/contracts/sink.js'
import type { SinkFile } from '../../../src/model/file.js'
import type { JoinReport, JoinReportOptions } from '../../../src/sinks/join-report.js'
import { mappedBatch } from '../../../src/testing/mapped-batch.js'
import { sinkFile } from '../sink-file.js'

/** A sink that joins facts. */
export interface JoiningSink extends Sink<object> {
  joinReport(options?: JoinReportOptions): Promise<JoinReport>
}

/** What a sink says of the join, whatever its tables look like. */
export interface JoinedRow {
  readonly prediction_id: string
  readonly model_version: string | null
  /** Members that have a value, of all delayed fields; tags as `tag/zone`, SHAP values as `shap/age`. */
  readonly said: Readonly<Record<string, unknown>>
}

export interface JoinRig {
  /** Another sink on the same database. */
  open(options?: { readonly joinWindowMs?: number; readonly materialize?: boolean }): JoiningSink
  /** Rows of the view, or of the table, in any order. */
  read(from: 'inference' | 'inference_rows'): Promise<readonly JoinedRow[]>
}

export const DAY = 24 * 3_600_000
export const day = (n: number): Date => new Date(Date.UTC(2026, 0, 1) + n * DAY)

const constants = { model: 'm', space: null, environment: 'production', model_version: 'v1', batch_id: null, timestamp: new Date(0) }

export const prediction = (id: string, more: object = {}): object => ({
  ...constants,
  prediction_id: id,
  prediction_score: 0.5,
  features: { age: 3 },
  ...more,
})
export const outcome = (id: string, more: object = {}): object => ({ ...constants, prediction_id: id, ...more })

/** Imports files one after another, each under a new fence. */
export class Loader {
  readonly #sink: Sink<object>
  static #fence = 0

  constructor(sink: Sink<object>) {
    this.#sink = sink
  }

  async load(key: string, at: Date, records: readonly object[], over: Partial<SinkFile> = {}): Promise<void> {
    Loader.#fence++
    const file = sinkFile({ key, sourceTime: at, fence: Loader.#fence, ...over })
    const options = { signal: AbortSignal.timeout(30_000) }
    const writer = await this.#sink.begin(file, options)
    if (!('write' in writer)) throw new Error(`${key} is there already`)
    try {
      if (records.length > 0) await writer.write(mappedBatch(records), options)
      await writer.commit({ rows: records.length, rejected: 0 }, options)
    } catch (error) {
      await writer.abort(error, options)
      throw error
    }
  }
}
