import * as v from 'valibot'
import type { JsonObject } from '../../model/json.js'
import { declaredTypes } from '../type-words.js'
import { textListWord } from './text-lists.js'

export const mostEmbeddings = 30

/** What the value of a key is, for the check at run time and for the JSON Schema: one beside the other. */
export interface KeyShape {
  /** Messages finish the sentence "… must be". */
  readonly check: v.GenericSchema
  readonly json: JsonObject
  /** Keys within, of an object or of each element of a list. */
  readonly keys?: readonly string[]
}

export const text = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'))
/** Names that people read: nothing but white space is no name. */
export const name = v.pipe(
  v.string('a text'),
  v.check((value) => value.trim() !== '', 'a text that is not blank'),
)
const columnTypeWords = [...Object.keys(declaredTypes), textListWord]
const textJson = { type: 'string', minLength: 1 } as const

/** An object of columns, some of which it must have. */
function columnsShape(about: string, needed: readonly string[], optional: readonly string[]): KeyShape {
  const entries = Object.fromEntries([
    ...needed.map((key) => [key, text] as const),
    ...optional.map((key) => [key, v.optional(text)] as const),
  ])
  return {
    check: v.object(entries, about),
    json: {
      type: 'object',
      properties: Object.fromEntries([...needed, ...optional].map((key) => [key, textJson])),
      required: needed,
      additionalProperties: false,
    },
    keys: [...needed, ...optional],
  }
}

const embedding = columnsShape(
  'an object with feature_name and vector_column',
  ['feature_name', 'vector_column'],
  ['raw_data_column', 'link_to_data_column'],
)
const detection = columnsShape(
  'an object with coordinates_column and categories_column',
  ['categories_column'],
  ['coordinates_column', 'polygons_column', 'scores_column'],
)

/** The shapes of all keys of a schema. */
export const keyShapes = {
  column: { check: text, json: textJson },
  prefix: { check: text, json: textJson },
  columns: {
    check: v.pipe(v.array(text, 'a list of column names'), v.nonEmpty('a list with at least one column name')),
    json: { type: 'array', items: textJson, minItems: 1, uniqueItems: true },
  },
  // An empty name is a column's that has none: index columns have that.
  excluded: { check: v.array(v.string('a column name'), 'a list of column names'), json: { type: 'array', items: { type: 'string' } } },
  detection: {
    ...detection,
    check: v.pipe(
      detection.check,
      v.check((value) => {
        const { coordinates_column: boxes, polygons_column: polygons } = value as Readonly<Record<string, unknown>>
        return boxes !== undefined || polygons !== undefined
      }, 'an object with coordinates_column or polygons_column'),
    ),
    json: { ...detection.json, anyOf: [{ required: ['coordinates_column'] }, { required: ['polygons_column'] }] },
  },
  embeddings: {
    check: v.pipe(
      v.array(embedding.check, 'a list of embedding features'),
      v.nonEmpty('a list with at least one embedding feature'),
      v.maxLength(mostEmbeddings, `a list of at most ${mostEmbeddings} embedding features`),
    ),
    json: { type: 'array', items: embedding.json, minItems: 1, maxItems: mostEmbeddings },
    keys: embedding.keys ?? [],
  },
  types: {
    // Not `record`, which leaves out columns named like members of Object.prototype.
    check: v.custom<Readonly<Record<string, string>>>(
      (value) =>
        typeof value === 'object' && value !== null && Object.values(value).every((type) => columnTypeWords.includes(String(type))),
      `an object of column names and types (${columnTypeWords.join(', ')})`,
    ),
    json: { type: 'object', additionalProperties: { enum: columnTypeWords } },
  },
} as const satisfies Readonly<Record<string, KeyShape>>
