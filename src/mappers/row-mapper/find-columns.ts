import { MappingError } from '../../errors.js'
import type { DataType, DeclaredType, FileSchema } from '../../model/data-type.js'
import type { FileContext } from '../../model/file.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { missingColumn } from '../missing-column.js'
import { declaredTypes, typeWords } from '../type-words.js'
import { declaredCells } from './cell-reader.js'

export interface ReadColumn {
  readonly name: string
  readonly declared: DeclaredType
  /** Index into the file's columns. */
  readonly index: number
  readonly as: DataType
}

/**
 * The file's columns for the declared ones. Text is parsed to the declared type; a typed file must have it.
 *
 * @throws MappingError `SCHEMA_MISMATCH` with every issue
 */
export function findColumns(
  types: readonly (readonly [name: string, type: DeclaredType])[],
  { columns }: FileSchema,
  file: FileContext,
): ReadColumn[] {
  const issues: Issue[] = []
  const found = types.flatMap(([name, declared]): ReadColumn[] => {
    const indexes = columns.flatMap((column, i) => (column.name === name ? [i] : []))
    const [index] = indexes
    const info = index === undefined ? undefined : columns[index]
    if (index === undefined || info === undefined) {
      issues.push(
        missingColumn(
          name,
          'columns',
          columns.map((column) => column.name),
        ),
      )
      return []
    }
    if (indexes.length > 1)
      issues.push(issueOf('column-repeated', { count: indexes.length, column: quoted(name) }, { field: 'columns', column: name }))
    const as = info.guessed === true ? declaredTypes[declared] : info.type
    const { accepts, expected } = declaredCells[declared]
    if (!accepts(as)) {
      const words = {
        column: quoted(name),
        found: typeWords(as),
        expected,
        remedy: `Write the column as ${expected}, or declare another type for it.`,
      }
      issues.push(issueOf('column-type', words, { field: 'columns', column: name, received: words.found }))
    }
    return [{ name, declared, index, as }]
  })
  if (issues.length === 0) return found
  throw new MappingError(
    'SCHEMA_MISMATCH',
    `The columns do not fit the mapper. ${issues
      .slice(0, 3)
      .map(({ message }) => message)
      .join(' ')}`,
    {
      location: { key: file.key },
      issues,
      remedy: issues[0]?.remedy,
    },
  )
}
