import type { SchemaElement } from 'hyparquet'
import type { ColumnInfo, DataType } from '../../model/data-type.js'
import { leafType } from './leaf-type.js'
import type { LeafNode, SchemaNode } from './schema-tree.js'

/**
 * How a column is put together from its leaves. `leaf` is the first leaf below: its levels tell the structure. `level`
 * is the definition level from which on the thing itself is not null.
 */
export type ColumnShape = LeafShape | ListShape | StructShape | UnreadShape

interface Shape {
  readonly type: DataType
  readonly nullable: boolean
  readonly level: number
  readonly leaf: LeafNode
}
export interface LeafShape extends Shape {
  readonly kind: 'leaf'
}
export interface ListShape extends Shape {
  readonly kind: 'list'
  /** Definition level from which on an element exists. */
  readonly itemLevel: number
  /** Repetition level at which a further element of the same list begins. */
  readonly repetition: number
  readonly item: ColumnShape
}
export interface StructShape extends Shape {
  readonly kind: 'struct'
  readonly names: readonly string[]
  readonly fields: readonly ColumnShape[]
}
/** Lawful, but of a type this package has no word for. */
export interface UnreadShape extends Shape {
  readonly kind: 'unread'
}

/** The shape of a top-level field. One leaf of an unknown type makes the whole column unread. */
export function columnShape(node: SchemaNode): ColumnShape {
  const shape = shapeOf(node)
  return hasUnread(shape) ? { ...base(node), kind: 'unread', type: { kind: 'unknown' } } : shape
}

function hasUnread(shape: ColumnShape): boolean {
  if (shape.kind === 'unread') return true
  if (shape.kind === 'list') return hasUnread(shape.item)
  return shape.kind === 'struct' && shape.fields.some(hasUnread)
}

function base(node: SchemaNode): Omit<Shape, 'type'> {
  return { nullable: node.element.repetition_type === 'OPTIONAL', level: node.definition, leaf: node.firstLeaf }
}

/** A repeated field that no list or map owns is a list of required items. */
function shapeOf(node: SchemaNode): ColumnShape {
  return node.element.repetition_type === 'REPEATED' ? listOf(node, node, itself(node)) : itself(node)
}

/** The list `owner`, whose elements are the repeats of `repeated`. */
function listOf(owner: SchemaNode, repeated: SchemaNode, item: ColumnShape): ListShape {
  const own = owner === repeated ? { nullable: false, level: repeated.definition - 1, leaf: repeated.firstLeaf } : base(owner)
  const list = { kind: 'list', itemLevel: repeated.definition, repetition: repeated.repetition, item } as const
  return { ...own, ...list, type: { kind: 'list', item: item.type } }
}

/** The shape of a node without regard to its own repetition. */
function itself(node: SchemaNode): ColumnShape {
  const { element, children } = node
  if (node.leaf !== null) {
    const type = leafType(element)
    return type.kind === 'unknown' ? { ...base(node), kind: 'unread', type } : { ...base(node), kind: 'leaf', type }
  }
  const only = children.length === 1 ? children[0] : undefined
  if (only?.element.repetition_type === 'REPEATED') {
    if (isAnnotated(element, 'LIST', 'LIST')) return listOf(node, only, listItem(node, only))
    if (isAnnotated(element, 'MAP', 'MAP') || element.converted_type === 'MAP_KEY_VALUE') return listOf(node, only, struct(only))
  }
  // VARIANT and whatever other annotation of groups comes: their parts are not their value.
  if (element.logical_type !== undefined && !isAnnotated(element, 'LIST', 'LIST') && !isAnnotated(element, 'MAP', 'MAP')) {
    return { ...base(node), kind: 'unread', type: { kind: 'unknown' } }
  }
  return struct(node)
}

function isAnnotated(element: SchemaElement, logical: 'LIST' | 'MAP', converted: 'LIST' | 'MAP'): boolean {
  return element.logical_type?.type === logical || element.converted_type === converted
}

/** The rules of the format for lists written before the three-level form: when the repeated node is the item itself. */
function listItem(list: SchemaNode, repeated: SchemaNode): ColumnShape {
  const { children, element } = repeated
  const inner = children[0]
  const old = inner === undefined || children.length > 1 || inner.element.repetition_type === 'REPEATED'
  const named = element.name === 'array' || element.name === `${list.element.name}_tuple`
  if (old || named || inner === undefined) return itself(repeated)
  return shapeOf(inner)
}

function struct(node: SchemaNode): StructShape {
  const fields = node.children.map(shapeOf)
  const names = node.children.map(({ element }) => element.name)
  const infos = fields.map(({ type, nullable }, i): ColumnInfo => ({ name: names[i] as string, type, nullable }))
  return { ...base(node), kind: 'struct', names, fields, type: { kind: 'struct', fields: infos } }
}
