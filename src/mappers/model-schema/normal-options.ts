import type { ColumnType } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'

/** The schema as the mapper walks it: values by key, whatever the model type. */
export type NormalSchema = Readonly<Record<string, unknown>>

/** The options with every default filled in: equal meaning, equal value; what `signature` is the hash of. */
export interface NormalOptions {
  readonly model: string
  readonly space: string | null
  readonly modelType: ModelType
  readonly environment: Environment
  readonly modelVersion: string
  readonly batchId: string | null
  readonly timestampWindow: { readonly past: number; readonly future: number }
  readonly maxIdLength: number
  readonly schema: NormalSchema
}

/** A key of the schema that names one column or one prefix. */
export function textOf(schema: NormalSchema, key: string): string | undefined {
  const value = Object.hasOwn(schema, key) ? schema[key] : undefined
  return typeof value === 'string' ? value : undefined
}

/** A key of the schema that lists columns. */
export function listOf(schema: NormalSchema, key: string): readonly string[] | undefined {
  const value = Object.hasOwn(schema, key) ? schema[key] : undefined
  return Array.isArray(value) ? (value as readonly string[]) : undefined
}

/** The columns of a field that is made of several, by part. */
export type PartColumns = Readonly<Record<string, string>>

/** One element of `embedding_features`. */
export type NormalEmbedding = PartColumns & { readonly feature_name: string }

export function partsOf(schema: NormalSchema, key: string): PartColumns | undefined {
  const value = Object.hasOwn(schema, key) ? schema[key] : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PartColumns) : undefined
}

export function embeddingsOf(schema: NormalSchema): readonly NormalEmbedding[] {
  return (schema.embedding_features ?? []) as readonly NormalEmbedding[]
}

/** The declared type of a column, if it has one. The names are the host's: own keys only. */
export function declaredTypeOf(schema: NormalSchema, column: string): ColumnType | undefined {
  const types = (schema.column_types ?? {}) as Readonly<Record<string, ColumnType>>
  return Object.hasOwn(types, column) ? types[column] : undefined
}
