import type { SchemaElement } from 'hyparquet'
import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import { physicalWidth } from './leaf-type.js'

/** A node of the file's schema. */
export interface SchemaNode {
  readonly element: SchemaElement
  readonly path: readonly string[]
  readonly children: readonly SchemaNode[]
  /** Definition level at which this node is present. */
  readonly definition: number
  /** Repeated nodes from the root to this one. */
  readonly repetition: number
  /** This node itself, if it holds values. */
  readonly leaf: LeafNode | null
  /** The first leaf at or below this node. */
  readonly firstLeaf: LeafNode
}

/** A physical column. */
export interface LeafNode {
  /** Position among the chunks of every row group. */
  readonly index: number
  readonly element: SchemaElement
  readonly path: readonly string[]
  readonly definition: number
  readonly repetition: number
  /** Bytes of a value; 0: any length. */
  readonly width: number
}

/** The schema as a tree, checked: child counts that add up, levels and counts within budgets. */
export interface SchemaTree {
  readonly columns: readonly SchemaNode[]
  readonly leaves: readonly LeafNode[]
}

/** Levels are kept in a byte each. */
const mostLevels = 255

export function schemaTree(elements: readonly SchemaElement[], budgets: Budgets): SchemaTree {
  const root = elements[0]
  if (root === undefined) throw corruptFile('The footer has no schema.')
  if (elements.length > 4 * budgets.columns) throw overBudget('Schema elements', elements.length, 'columns', budgets.columns)
  const leaves: LeafNode[] = []
  let next = 1

  const children = (
    parent: SchemaElement,
    path: readonly string[],
    definition: number,
    repetition: number,
    depth: number,
  ): SchemaNode[] => {
    const count = parent.num_children ?? 0
    if (!Number.isInteger(count) || count < 0 || count > elements.length - next) {
      throw corruptFile(`The schema declares ${count} fields in "${parent.name}" and has ${elements.length - next}.`)
    }
    return Array.from({ length: count }, () => node(path, definition, repetition, depth))
  }

  const node = (above: readonly string[], outerDefinition: number, outerRepetition: number, depth: number): SchemaNode => {
    const element = elements[next++]
    if (typeof element?.name !== 'string') throw corruptFile('The schema ends before its last field, or has one without a name.')
    const path = [...above, element.name]
    const kind = element.repetition_type
    if (kind === undefined) throw corruptFile(`Column "${path[0]}" does not say whether it may be null.`, { column: path[0] })
    // A list takes two or three nodes.
    if (depth > 3 * budgets.nesting || depth > mostLevels)
      throw overBudget('Levels of nesting', depth, 'nesting', budgets.nesting, { column: path[0] })
    const definition = outerDefinition + (kind === 'REQUIRED' ? 0 : 1)
    const repetition = outerRepetition + (kind === 'REPEATED' ? 1 : 0)
    const levels = { element, path, definition, repetition }
    if (element.type !== undefined && (element.num_children ?? 0) === 0) {
      const leaf: LeafNode = { ...levels, index: leaves.length, width: physicalWidth(element) }
      if (leaves.length >= budgets.columns) throw overBudget('Columns', leaves.length + 1, 'columns', budgets.columns)
      leaves.push(leaf)
      return { ...levels, children: [], leaf, firstLeaf: leaf }
    }
    const below = children(element, path, definition, repetition, depth + 1)
    const first = below[0]
    if (first === undefined) throw corruptFile(`Column "${path[0]}" holds a group without fields.`, { column: path[0] })
    return { ...levels, children: below, leaf: null, firstLeaf: first.firstLeaf }
  }

  const columns = children(root, [], 0, 0, 1)
  if (next !== elements.length) throw corruptFile(`The schema has ${elements.length - next} elements that belong to no field.`)
  return { columns, leaves }
}
