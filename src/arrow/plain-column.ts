import type { Column } from '../model/column.js'
import { columnFrom } from '../model/column-from.js'
import { columnOf } from '../model/column-of.js'
import { takeRows } from './take-rows.js'

/** The column with nothing in it that Arrow has no word for: `values` get a type, dictionaries are expanded if asked. */
export function plainColumn(column: Column, expand: boolean): Column {
  switch (column.kind) {
    case 'values': {
      const typed = columnFrom(column.values)
      return typed.kind === 'values' ? columnOf({ kind: 'utf8' }, Array.from(column.values, jsonText)) : typed
    }
    case 'dictionary': {
      const values = plainColumn(column.dictionary.values, expand)
      if (expand) return takeRows(values, column.indices, column.validity)
      return values === column.dictionary.values ? column : { ...column, dictionary: { ...column.dictionary, values } }
    }
    case 'list':
    case 'fixedList': {
      const child = plainColumn(column.child, expand)
      return child === column.child ? column : { ...column, child }
    }
    case 'struct': {
      const children = column.children.map((child) => plainColumn(child, expand))
      return children.every((child, i) => child === column.children[i]) ? column : { ...column, children }
    }
    default:
      return column
  }
}

function jsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? null
}
