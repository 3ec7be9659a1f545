import {
  environmentAliases,
  keyAliases,
  keysElsewhere,
  modelTypeAliases,
  optionAliases,
  partAliases,
} from '../../src/mappers/model-schema/aliases.js'
import { commonFields, embeddingRow, groupFields, modelFields, rowNeeds, sideOf } from '../../src/mappers/model-schema/field-table.js'
import { metricTable } from '../../src/mappers/model-schema/metric-table.js'
import { type Environment, environments, type ModelType, modelTypes } from '../../src/mappers/model-schema/model-type.js'
import { modelTypesWith, schemaKeys } from '../../src/mappers/model-schema/schema-keys.js'
import type { Slot } from '../../src/mappers/model-schema/slot.js'
import { typeWords } from '../../src/mappers/type-words.js'
import type { DataType, PlainKind } from '../../src/model/data-type.js'

const code = (word: string): string => `\`${word}\``
const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const valueWords = {
  column: 'column',
  prefix: 'prefix',
  columns: 'list of columns',
  excluded: 'list of columns',
  detection: 'object',
  embeddings: 'list of objects',
  types: 'object',
} as const

/** Every key: what its value is, who takes it, what it means. */
export function keyTable(): string[] {
  return Object.entries(schemaKeys).map(([key, { shape, about }]) => {
    const types = modelTypesWith(key)
    return line(code(key), valueWords[shape], types.length === modelTypes.length ? 'all' : types.join(', '), about)
  })
}

/** What makes a row worth having, by model type and environment. */
export function sideTable(): string[] {
  return modelTypes.map((type) => {
    const side = (wanted: 'prediction' | 'actual', environment: Environment): string =>
      modelFields[type].flatMap((row) => (sideOf(row, environment) === wanted ? [code(row.key)] : [])).join(' or ')
    const actual = [...new Set(environments.map((environment) => side('actual', environment)))]
    const words =
      actual.length === 1
        ? (actual[0] as string)
        : `${side('actual', 'production')}; training and validation: ${side('actual', 'training')}`
    const beside = modelFields[type].flatMap(({ key, beside: other }) => (other === undefined ? [] : [`${code(key)} with ${code(other)}`]))
    return line(code(type), side('prediction', 'production'), words, beside.join(', '))
  })
}

export function environmentTable(): string[] {
  const needs = { any: 'a prediction, or an actual value, or SHAP values', both: 'a prediction and an actual value' } as const
  return environments.map((environment) => line(code(environment), needs[rowNeeds[environment]]))
}

const ints = (...bits: number[]): DataType[] =>
  bits.flatMap((bit) => [`int${bit}`, `uint${bit}`].map((kind) => ({ kind: kind as PlainKind })))
const text: DataType = { kind: 'utf8' }
const numbers: DataType = { kind: 'list', item: { kind: 'float32' } }
const pair: DataType = {
  kind: 'struct',
  fields: [
    { name: 'class_name', type: text, nullable: false },
    { name: 'score', type: { kind: 'float64' }, nullable: false },
  ],
}

/** Types of columns, as the table of types heads them. */
const columnTypes: readonly (readonly [string, readonly DataType[]])[] = [
  ['text', [text]],
  ['bool', [{ kind: 'bool' }]],
  ['8, 16-bit integers', ints(8, 16)],
  ['32, 64-bit integers', ints(32, 64)],
  ['float32', [{ kind: 'float32' }]],
  ['float64', [{ kind: 'float64' }]],
  ['whole decimal', [{ kind: 'decimal', precision: 20, scale: 0 }]],
  ['decimal', [{ kind: 'decimal', precision: 20, scale: 2 }]],
  ['timestamp', [{ kind: 'timestamp', unit: 'us', timezone: 'UTC' }]],
  ['date', [{ kind: 'date' }]],
  ['list of text', [{ kind: 'list', item: text }]],
  ['list of numbers', [numbers, { kind: 'fixedList', size: 3, item: { kind: 'int64' } }]],
  ['list of lists of numbers', [{ kind: 'list', item: numbers }]],
  ['list of `{ class_name, score }`', [{ kind: 'list', item: pair }]],
]

/** Which columns each field takes; as what a text column is read for it. */
export function typeTable(): { readonly head: string; readonly rows: string[] } {
  const rows = [...slots()].map(([slot, keys]) => {
    const takes = columnTypes.map(([, types]) => {
      const verdicts = new Set(types.map((type) => slot.accepts(type)))
      if (verdicts.size !== 1) throw new Error(`${keys[0]} takes some of a column of the table and not the rest.`)
      return verdicts.has(true) ? '✓' : ''
    })
    const asText = slot.wants === 'own' ? 'as declared or decided' : typeWords(slot.wants)
    return line(keys.join(', '), asText, ...takes)
  })
  return { head: line('field', 'text files', ...columnTypes.map(([name]) => name)), rows }
}

/** Fields by what they hold. A key that holds something else in one model type says so. */
function slots(): Map<Slot, string[]> {
  const uses: (readonly [key: string, slot: Slot, type: ModelType | null])[] = [
    ...commonFields.map(({ key, slot }) => [key, slot, null] as const),
    ...modelTypes.flatMap((type) => modelFields[type].flatMap((row) => ('slot' in row ? [[row.key, row.slot, type] as const] : []))),
    ...modelFields.object_detection.flatMap((row) =>
      'struct' in row ? row.struct.parts.map(({ key, slot }) => [key, slot, null] as const) : [],
    ),
    ...embeddingRow.struct.parts.map(({ key, slot }) => [key, slot, null] as const),
    ...groupFields.flatMap(({ key, list, slot }) =>
      [key, list].flatMap((name) => (name === undefined ? [] : [[name, slot, null] as const])),
    ),
  ]
  const kinds = new Map<string, Set<Slot>>()
  for (const [key, slot] of uses) kinds.set(key, (kinds.get(key) ?? new Set()).add(slot))
  const table = new Map<Slot, string[]>()
  for (const [key, slot, type] of uses) {
    const isNumeric = (kinds.get(key)?.size ?? 1) > 1 && type === 'numeric'
    const label = `${code(key)}${isNumeric ? ' of numeric' : ''}`
    const labels = table.get(slot) ?? []
    if (!labels.includes(label)) labels.push(label)
    table.set(slot, labels)
  }
  return table
}

export function metricRows(): string[] {
  return modelTypes.flatMap((type) =>
    (metricTable[type] ?? []).map(({ metrics, prediction, actual }) =>
      line(
        code(type),
        metrics.map(code).join(', '),
        prediction.map(code).join(', '),
        actual.map((keys) => keys.map(code).join(' or ')).join(', '),
      ),
    ),
  )
}

/** Other names, under the name that they stand for. */
export function aliasTables(): {
  readonly options: string[]
  readonly keys: string[]
  readonly parts: string[]
  readonly words: string[]
  readonly elsewhere: string[]
} {
  const rows = (aliases: Readonly<Record<string, string>>): string[] => {
    const names = [...new Set(Object.values(aliases))]
    return names.map((name) =>
      line(
        code(name),
        Object.keys(aliases)
          .filter((alias) => aliases[alias] === name)
          .map(code)
          .join(', '),
      ),
    )
  }
  return {
    options: rows(optionAliases),
    keys: rows(keyAliases),
    parts: rows(partAliases),
    words: [...rows(modelTypeAliases), ...rows(environmentAliases)],
    elsewhere: Object.entries(keysElsewhere).map(([key, remedy]) => line(code(key), remedy)),
  }
}
