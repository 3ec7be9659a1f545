import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { issueCodes } from '../../src/mappers/issue-codes.js'
import { checkOptions } from '../../src/mappers/model-schema/check-options.js'
import { keyShapes, mostEmbeddings } from '../../src/mappers/model-schema/key-shapes.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { environments, modelTypes } from '../../src/mappers/model-schema/model-type.js'
import { optionEntries } from '../../src/mappers/model-schema/option-shape.js'
import { mostPoints } from '../../src/mappers/model-schema/polygon.js'
import { highestRank } from '../../src/mappers/model-schema/rank-slot.js'
import { mapTable, textTable } from '../mappers/map-table.js'
import { aliasTables, environmentTable, keyTable, metricRows, sideTable, typeTable } from './model-schema-tables.js'

const page = readFileSync(new URL('../../docs/reference/model-schema.md', import.meta.url), 'utf8')

/** Every table of the page, rule left out, under its head. */
const tables: readonly (readonly [head: string, rows: readonly string[]])[] = [...page.matchAll(/((?:^\|.*\|\n)+)/gm)].map(([text]) => {
  const [head = '', rule = '', ...rows] = text.trimEnd().split('\n')
  expect(rule).toMatch(/^(\|---)+\|$/)
  return [head, rows]
})
const under = (head: string): (readonly string[])[] => tables.flatMap(([its, rows]) => (its === head ? [rows] : []))
const cells = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)

describe('the page of the model schema says what the code says', () => {
  test('keys: shape, model types and meaning of every one', () => {
    expect(under('| key | value | model types | |')).toEqual([keyTable()])
  })

  test('keys within an object', () => {
    const [rows = []] = under('| key | in | |')
    const within = (field: string): string[] =>
      rows.flatMap((row) => (cells(row)[1]?.includes(field) ? codes(cells(row)[0] as string) : []))
    expect(within('embedding_features').sort()).toEqual([...keyShapes.embeddings.keys].sort())
    expect(within('both detections').sort()).toEqual([...(keyShapes.detection.keys ?? [])].sort())
  })

  test('options and their defaults', () => {
    const rows = (under('| option | default | |')[0] ?? []).map(cells)
    expect(rows.map(([name = '']) => codes(name)[0]).sort()).toEqual(Object.keys(optionEntries).sort())
    const { modelVersion, timestampWindow, maxIdLength } = checkOptions({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: { prediction_id: 'id', prediction_score: 'p' },
    })
    const byName = Object.fromEntries(rows.map(([name = '', value, about]) => [codes(name)[0], { value, about }]))
    expect(byName.version?.value).toBe(`\`${modelVersion}\``)
    expect(byName.timestampWindow?.value).toBe(`\`{ past: ${timestampWindow.past}, future: ${timestampWindow.future} }\``)
    expect(byName.maxIdLength?.value).toBe(String(maxIdLength))
    expect(codes(byName.modelType?.about ?? '')).toEqual([...modelTypes])
    expect(codes(byName.environment?.about ?? '')).toEqual([...environments])
  })

  test('what a row needs, by environment and model type', () => {
    expect(under('| environment | each row has |')).toEqual([environmentTable()])
    expect(under('| model type | prediction | actual value | only together |')).toEqual([sideTable()])
  })

  test('types: which columns each field takes', () => {
    const { head, rows } = typeTable()
    expect(under(head)).toEqual([rows])
  })

  test('limits: every issue exists, and the numbers are those of the code', () => {
    const rows = under('| what | limit | issue |')[0] ?? []
    const named = rows.flatMap((row) => codes(cells(row)[2] ?? ''))
    expect(named.filter((code) => !Object.hasOwn(issueCodes, code))).toEqual([])
    expect(named.length).toBeGreaterThan(30)
    const limitOf = (what: string): string => cells(rows.find((row) => cells(row)[0] === what) ?? '')[1] ?? ''
    expect(limitOf('embeddings of a schema')).toBe(String(mostEmbeddings))
    expect(limitOf('rank')).toContain(`1 to ${highestRank},`)
    expect(limitOf('polygon')).toContain(`${mostPoints.toLocaleString('en')} points`)
  })

  test('metrics and the fields that they need', () => {
    expect(under('| model type | metrics | with the prediction | with it or later |')).toEqual([metricRows()])
  })

  test('other names', () => {
    const { words, options, keys, parts, elsewhere } = aliasTables()
    expect(under('| name | also |')).toEqual([words, options, keys, parts])
    expect(under('| key | |').at(-1)).toEqual(elsewhere)
  })

  test('the record: its keys, in their order', () => {
    const mapper = modelSchema({
      model: 'm',
      modelType: 'numeric',
      environment: 'production',
      schema: {
        prediction_id: 'id',
        prediction_score: 'p',
        tags: 't/',
        shap_values: 's/',
        embedding_features: [{ feature_name: 'e', vector_column: 'v' }],
      },
    })
    const [record = {}] = mapTable(mapper, textTable({ id: ['1'], p: ['1'], 't/a': ['x'], 's/a': ['1'], v: ['[1,2]'] })).records
    const documented = (under('| key | |')[0] ?? []).flatMap((row) => {
      const [key = ''] = cells(row)
      return key.startsWith('`') ? codes(key) : ['prediction_score']
    })
    expect(documented).toEqual(Object.keys(record))
  })

  test('the JSON Schema is linked', () => {
    expect(page).toContain('(model-schema.json)')
  })
})
