import type { SchemaMapper } from '../../../src/contracts/schema-mapper.js'
import { ImportJob } from '../../../src/job/import-job.js'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import { memorySource } from '../../../src/sources/memory/memory-source.js'
import { sqliteStore } from '../../../src/stores/sqlite/sqlite-store.js'
import { type Import, importOrder, random } from './import-order.js'
import type { JoinObject, JoinObjects } from './join-objects.js'
import type { JoiningSink } from './join-rig.js'

const common = { model: 'm', modelType: 'score_categorical', environment: 'production' } as const
const predictionMapper = () =>
  modelSchema({
    ...common,
    schema: {
      prediction_id: 'id',
      version: 'model_version',
      prediction_score: 'prediction_score',
      actual_score: 'actual_score',
      features: 'feature_',
      tags: 'tag_',
    },
  })
const outcomeMapper = () =>
  modelSchema({
    ...common,
    schema: { prediction_id: 'id', actual_score: 'actual_score', actual_label: 'actual_label', tags: 'tag_', shap_values: 'shap_' },
  })

export interface ImportsDone {
  /** Re-imports and older versions included. */
  readonly files: number
  readonly rows: number
  /** Times at which both jobs looked for new files. */
  readonly polls: number
}

/**
 * Two jobs, one of predictions and one of outcomes, import the files as they come into the bucket, a few at a time, in an
 * order of the seed's: some after an older version of themselves, some imported again.
 */
export async function importInOrder(objects: JoinObjects, sink: JoiningSink, seed: number): Promise<ImportsDone> {
  const store = sqliteStore(':memory:')
  const lanes = (['predictions', 'outcomes'] as const).map((name) => {
    const source = memorySource({})
    const mapper: SchemaMapper<object> = name === 'predictions' ? predictionMapper() : outcomeMapper()
    const job = new ImportJob({ id: name, source, mapper, sink, store, overwrites: 'replace', isolation: 'inline' })
    return { name, source, job }
  })
  const done = { files: 0, rows: 0, polls: 0 }
  for (const { job } of lanes) {
    job.on('fileImported', ({ receipt }) => {
      done.files++
      done.rows += receipt.rows
    })
  }
  try {
    for (const step of stepsOf(importOrder(objects, seed), seed)) {
      for (const { name, source, job } of lanes) {
        const mine = step.filter(({ file }) => file.key.startsWith(name))
        for (const { file, generation } of mine) if (generation === 1) source.put(file.key, file.bytes, file.lastModified)
        const again = mine.filter(({ generation }) => generation > 1).map(({ file }) => file.key)
        for (const key of again) await job.reimport({ key })
      }
      const reports = await Promise.all(lanes.map(({ job }) => job.runOnce()))
      done.polls++
      for (const { errors, failed, rejectedRows, remaining } of reports) {
        if (errors.length + failed + rejectedRows + remaining > 0) throw errors[0] ?? new Error('files or rows were left behind')
      }
    }
  } finally {
    for (const { job } of lanes) await job.close()
  }
  return done
}

/** One to eight at a time; nothing of one key happens twice in a step. */
function* stepsOf(imports: readonly Import<JoinObject>[], seed: number): Generator<readonly Import<JoinObject>[]> {
  const next = random(seed + 1_000_003)
  let step: Import<JoinObject>[] = []
  let size = 1
  for (const one of imports) {
    if (step.length >= size || step.some(({ file }) => file.key === one.file.key)) {
      yield step
      step = []
      size = 1 + Math.floor(next() * 8)
    }
    step.push(one)
  }
  if (step.length > 0) yield step
}
