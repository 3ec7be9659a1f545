import { afterAll, beforeAll, expect, it } from 'vitest'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import type { DataType } from '../../../src/model/data-type.js'
import { type FileTable, formats } from './file-table.js'
import { mapFile } from './map-file.js'
import { FileWriters } from './write-file.js'

let writers: FileWriters
beforeAll(async () => {
  writers = await FileWriters.open()
})
afterAll(() => writers.close())

const pair: DataType = {
  kind: 'struct',
  fields: [
    { name: 'class_name', type: { kind: 'utf8' }, nullable: true },
    { name: 'score', type: { kind: 'float64' }, nullable: true },
  ],
}
const day = new Date('2024-03-09T00:00:00Z')
const table: FileTable = {
  columns: [
    { name: 'id', type: { kind: 'utf8' }, values: ['1', 'a"b', 'ü\nx'] },
    { name: 'ts', type: { kind: 'timestamp', unit: 'us', timezone: 'UTC' }, values: [day, new Date(day.getTime() + 1), day] },
    { name: 'p', type: { kind: 'list', item: pair }, values: [[{ class_name: 'a', score: 0.5 }], null, [{ class_name: 'b', score: 1 }]] },
    { name: 'a', type: { kind: 'list', item: pair }, values: [null, [{ class_name: 'a', score: 1 }], null] },
    { name: 'f_text', type: { kind: 'utf8' }, values: ['', null, "it's"] },
    { name: 'f_int', type: { kind: 'int64' }, values: [2n ** 62n, null, -1n] },
    { name: 'f_small', type: { kind: 'int32' }, values: [1, null, -1] },
    { name: 'f_float', type: { kind: 'float64' }, values: [0.1, null, Number.NaN] },
    { name: 'f_single', type: { kind: 'float32' }, values: [0.5, null, -1.25] },
    { name: 'f_bool', type: { kind: 'bool' }, values: [true, null, false] },
    { name: 'f_dec', type: { kind: 'decimal', precision: 9, scale: 2 }, values: ['1.50', null, '-0.25'] },
    { name: 'v', type: { kind: 'list', item: { kind: 'float64' } }, values: [[0.5, 1], null, [1, 2, 3]] },
  ],
}
const mapper = modelSchema({
  model: 'm',
  modelType: 'multi_class',
  environment: 'production',
  schema: {
    prediction_id: 'id',
    timestamp: 'ts',
    prediction_scores: 'p',
    actual_scores: 'a',
    features: 'f_',
    embedding_features: [{ feature_name: 'e', vector_column: 'v' }],
  },
})

it.each(formats)('%s holds what was put in', async (format) => {
  const { records, issues, warnings } = await mapFile(format, await writers.write(table, format), mapper)
  expect([issues, warnings]).toEqual([[], []])
  const plain = records.map((record) => ({ ...record, features: { ...record.features } }))
  const features = [
    { text: '', int: 2n ** 62n, small: 1, float: 0.1, single: 0.5, bool: true, dec: 1.5 },
    { text: null, int: null, small: null, float: null, single: null, bool: null, dec: null },
    { text: "it's", int: -1, small: -1, float: Number.NaN, single: -1.25, bool: false, dec: -0.25 },
  ]
  expect(plain.map((record) => record.features)).toEqual(features)
  expect(plain.map((record) => [record.prediction_id, record.timestamp])).toEqual([
    ['1', day],
    ['a"b', new Date(day.getTime() + 1)],
    ['ü\nx', day],
  ])
  expect(plain.map((record) => record.prediction_scores)).toEqual([
    [{ class_name: 'a', score: 0.5 }],
    null,
    [{ class_name: 'b', score: 1 }],
  ])
  expect(plain.map((record) => record.embedding_features.e?.vector ?? null)).toEqual([
    Float64Array.of(0.5, 1),
    null,
    Float64Array.of(1, 2, 3),
  ])
})
