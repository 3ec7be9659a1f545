import type { Type } from 'avsc'
import { ImportError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'

/** A logical type as the schema annotates it; whether it fits is judged when a column is made of it. */
export interface LogicalType {
  readonly name: string
  readonly precision: number | undefined
  readonly scale: number | undefined
}

/** A schema as avsc's types, and the logical types beside them. */
export interface AvroSchema {
  readonly root: Type
  logicalOf(type: Type): LogicalType | undefined
}

/** Names by the specification; avsc puts them into generated code, so that nothing else may reach it. */
const simpleName = /^[A-Za-z_][A-Za-z0-9_]*$/
const fullName = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/
const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

type Clean = string | Clean[] | { readonly [key: string]: unknown }
const logicalKey = 'logical'

/** Parses the schema of a header. Only what decoding needs reaches avsc: no defaults, aliases or properties of others. */
export async function parseSchema(text: string, budgets: Budgets): Promise<AvroSchema> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw corruptFile('The schema in the header is not JSON.', { cause })
  }
  const clean = new SchemaCleaner(budgets).clean(json, 0)
  type ForSchemaOptions = NonNullable<Parameters<typeof Types.forSchema>[1]>
  const { Type: Types } = (await import('avsc')).default
  const logical = new Map<Type, LogicalType>()
  try {
    const root = Types.forSchema(
      clean as never,
      {
        registry: Object.create(null),
        // Unions are read by branch number: avsc need not tell their values apart.
        wrapUnions: 'always',
        omitRecordMethods: true,
        typeHook: (schema: unknown, options: Partial<ForSchemaOptions>) => {
          if (typeof schema !== 'object' || schema === null || !(logicalKey in schema)) return undefined
          const { [logicalKey]: annotation, ...plain } = schema as { [logicalKey]: LogicalType }
          const type = Types.forSchema(plain as never, options)
          logical.set(type, annotation)
          return type
        },
      } as never,
    )
    return { root, logicalOf: (type) => logical.get(type) }
  } catch (cause) {
    if (cause instanceof ImportError) throw cause
    if (cause instanceof EvalError) {
      throw unsupportedFile(
        'Reading an Avro schema takes code generation, which this process forbids.',
        'Run without --disallow-code-generation-from-strings.',
        { cause },
      )
    }
    throw corruptFile('The schema in the header is not a lawful Avro schema.', { cause })
  }
}

class SchemaCleaner {
  readonly #budgets: Budgets
  #nodes = 0

  constructor(budgets: Budgets) {
    this.#budgets = budgets
  }

  clean(schema: unknown, depth: number): Clean {
    const { nesting, columns } = this.#budgets
    // A nullable item of a list takes three levels of schema.
    if (depth > 3 * nesting) throw overBudget('Levels of the schema', depth, 'nesting', nesting)
    if (++this.#nodes > 4 * columns) throw overBudget('Parts of the schema', this.#nodes, 'columns', columns)
    if (typeof schema === 'string') return this.#name(schema, fullName)
    if (Array.isArray(schema)) return schema.map((branch) => this.clean(branch, depth + 1))
    if (typeof schema !== 'object' || schema === null) throw corruptFile('The schema in the header has a type that is none.')
    const { type, ...rest } = schema as Record<string, unknown>
    // `{ "type": { … } }` says no more than its inside.
    if (typeof type !== 'string') return this.clean(type, depth + 1)
    switch (type) {
      case 'record':
      case 'error':
        return { type: 'record', ...this.#names(rest), fields: this.#fields(rest.fields, depth) }
      case 'enum':
        return { type, ...this.#names(rest), symbols: this.#symbols(rest.symbols) }
      case 'fixed': {
        const size = rest.size
        if (!Number.isSafeInteger(size) || (size as number) < 0)
          throw corruptFile('The schema in the header has a fixed type without a size.')
        if ((size as number) > this.#budgets.cellBytes)
          throw overBudget('A fixed type', size as number, 'cellBytes', this.#budgets.cellBytes)
        return { type, ...this.#names(rest), size, ...annotation(rest) }
      }
      case 'array':
        return { type, items: this.clean(rest.items, depth + 1) }
      case 'map':
        return { type, values: this.clean(rest.values, depth + 1) }
      default:
        return primitives.has(type) ? { type, ...annotation(rest) } : this.#name(type, fullName)
    }
  }

  #fields(fields: unknown, depth: number): unknown[] {
    if (!Array.isArray(fields)) throw corruptFile('The schema in the header has a record without fields.')
    if (fields.length > this.#budgets.columns) throw overBudget('Fields of a record', fields.length, 'columns', this.#budgets.columns)
    return fields.map((field: unknown) => {
      if (typeof field !== 'object' || field === null) throw corruptFile('The schema in the header has a field that is none.')
      const { name, type } = field as { name?: unknown; type?: unknown }
      return { name: this.#name(name, simpleName), type: this.clean(type, depth + 1) }
    })
  }

  #symbols(symbols: unknown): string[] {
    if (!Array.isArray(symbols)) throw corruptFile('The schema in the header has an enum without symbols.')
    return symbols.map((symbol) => this.#name(symbol, simpleName))
  }

  #names({ name, namespace }: Record<string, unknown>): object {
    const space = namespace === undefined || namespace === null || namespace === '' ? {} : { namespace: this.#name(namespace, fullName) }
    return { name: this.#name(name, fullName), ...space }
  }

  #name(name: unknown, rule: RegExp): string {
    if (typeof name === 'string' && rule.test(name)) return name
    throw unsupportedFile(
      'The schema in the header has a name with other characters than letters, digits and underscores.',
      'Rename the field or type; Avro names begin with a letter or underscore.',
    )
  }
}

function annotation({ logicalType, precision, scale }: Record<string, unknown>): object {
  if (typeof logicalType !== 'string') return {}
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
  return { [logicalKey]: { name: logicalType, precision: number(precision), scale: number(scale) } satisfies LogicalType }
}
