import type { SchemaMapper } from '../../contracts/schema-mapper.js'
import { ConfigError } from '../../errors.js'
import type { DeclaredType } from '../../model/data-type.js'
import type { FileContext } from '../../model/file.js'
import { canonicalJson, sha256 } from '../../util/canonical-json.js'
import { type CellOf, declaredCells } from './cell-reader.js'
import type { Rejected } from './rejected.js'
import { compileRows } from './row-mapping.js'

/** The cells of one row by column name; `null` where the file has none. */
export type RowCells<W> = { readonly [K in keyof W]: (W[K] extends DeclaredType ? CellOf[W[K]] : never) | null }

/** Where a row function is, and how it refuses. */
export interface RowContext<C extends string> {
  /** 1-based data row, header excluded. */
  readonly row: number
  /** `asOf` is the only clock of a mapping. */
  readonly file: FileContext
  /** Return what it returns, and the row is rejected. `code` is kebab-case, `x-…` for your own; `message` holds no cell. */
  reject(code: string, message: string, column?: C): Rejected
}

export interface RowMapperOptions<W extends Readonly<Record<string, DeclaredType>>, R extends object> {
  /** Names the meaning of `map`: change it when equal rows give other records. */
  readonly signature: string
  /** The columns to read and their types. A file without one of them does not fit. */
  readonly columns: W
  /** Pure: the same row gives the same record. Called once per row and attempt, in order. An exception fails the file. */
  readonly map: (cells: RowCells<W>, at: RowContext<keyof W & string>) => R | Rejected
}

/**
 * A mapper from a row function, for hosts that are not about models. Runs on the host.
 *
 * @throws ConfigError `CONFIG_INVALID` for an empty signature, no columns, or an unknown type
 * @example
 * rowMapper({
 *   signature: 'scores/1', columns: { id: 'string', score: 'float64' },
 *   map: ({ id, score }, { reject }) => (id === null || score === null ? reject('x-empty', 'empty cell') : { id, score }),
 * })
 */
export function rowMapper<const W extends Readonly<Record<string, DeclaredType>>, R extends object>(
  options: RowMapperOptions<W, R>,
): SchemaMapper<R> {
  const { signature, columns, map } = options
  const types = Object.entries(columns)
  const invalid = (message: string, remedy: string): ConfigError => new ConfigError('CONFIG_INVALID', message, { remedy })
  if (typeof signature !== 'string' || signature === '')
    throw invalid('rowMapper needs a signature.', 'Name the meaning of map, for example "orders/1".')
  if (types.length === 0) throw invalid('rowMapper needs columns.', 'Name the columns that map reads, with their types.')
  if (typeof map !== 'function') throw invalid('rowMapper needs map.', 'Give a function that turns the cells of a row into a record.')
  for (const [name, type] of types) {
    if (!Object.hasOwn(declaredCells, type)) {
      throw invalid(`The column ${JSON.stringify(name)} has an unknown type.`, `Use one of ${Object.keys(declaredCells).join(', ')}.`)
    }
  }
  return {
    signature: sha256(canonicalJson({ meaning: 'row-mapper/1', signature, columns })),
    compile: (schema, file) => compileRows<W, R>({ types, map }, schema, file),
  }
}
