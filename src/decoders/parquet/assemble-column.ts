import { ValidityBuilder } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { LeafValues } from './chunk-reader.js'
import type { ColumnShape, ListShape } from './column-shape.js'
import { leafColumn, type NextId, type Slots } from './leaf-column.js'
import { PageProblem } from './page-problem.js'
import type { LeafNode } from './schema-tree.js'

/** Values of the leaves of one column, by leaf. */
export type LeafSource = (leaf: LeafNode) => LeafValues

/**
 * Which entries of a leaf are places of a column: those that begin no later repetition than `repetition` and whose
 * definition level says that the list element around them exists.
 */
interface Scope {
  readonly repetition: number
  readonly definition: number
}

/** One top-level column of a row group out of its leaves' levels and values. */
export function assembleColumn(shape: ColumnShape, source: LeafSource, nextId: NextId): Column {
  const top = shape.kind === 'leaf' && shape.leaf.repetition === 0 ? nextId : null
  return build(shape, source, { repetition: 0, definition: 0 }, top)
}

function build(shape: ColumnShape, source: LeafSource, scope: Scope, nextId: NextId | null): Column {
  const leaf = source(shape.leaf)
  switch (shape.kind) {
    case 'leaf':
      return leafColumn(shape.type, shape.leaf.element.type ?? '', leaf, slotsOf(leaf, scope, shape.leaf, shape.leaf.definition), nextId)
    case 'list':
      return list(shape, source, scope)
    case 'struct': {
      const slots = slotsOf(leaf, scope, shape.leaf, shape.level)
      const children = shape.fields.map((field) => build(field, source, scope, null))
      if (children.some(({ length }) => length !== slots.count)) throw new PageProblem('the fields of a struct differ in length')
      return { kind: 'struct', length: slots.count, validity: bitmap(slots), names: shape.names, children }
    }
    case 'unread':
      throw new PageProblem('it is of a type that is not read')
  }
}

function list(shape: ListShape, source: LeafSource, scope: Scope): Column {
  const leaf = source(shape.leaf)
  const slots = slotsOf(leaf, scope, shape.leaf, shape.level)
  const offsets = new Int32Array(slots.count + 1)
  const { definitions, repetitions, entries } = leaf
  const highest = shape.leaf.definition
  let slot = -1
  let items = 0
  for (let i = 0; i < entries; i++) {
    const repetition = repetitions === null ? 0 : (repetitions[i] as number)
    const definition = definitions === null ? highest : (definitions[i] as number)
    if (repetition <= scope.repetition && definition >= scope.definition) {
      if (slot >= 0) offsets[slot + 1] = items
      slot++
    }
    if (repetition <= shape.repetition && definition >= shape.itemLevel) {
      if (slot < 0) throw new PageProblem('a list goes on that never began')
      items++
    }
  }
  if (slot >= 0) offsets[slot + 1] = items
  const child = build(shape.item, source, { repetition: shape.repetition, definition: shape.itemLevel }, null)
  if (child.length !== items) throw new PageProblem('the parts of a list differ in length')
  return { kind: 'list', length: slots.count, validity: bitmap(slots), offsets, child }
}

/** The slots of a scope, and which of them reach `level`. */
function slotsOf({ entries, definitions, repetitions }: LeafValues, scope: Scope, leaf: LeafNode, level: number): Slots {
  if (repetitions === null && definitions === null) return { count: entries, present: null }
  const present = new Uint8Array(entries)
  let count = 0
  let missing = 0
  for (let i = 0; i < entries; i++) {
    if (repetitions !== null && (repetitions[i] as number) > scope.repetition) continue
    const definition = definitions === null ? leaf.definition : (definitions[i] as number)
    if (definition < scope.definition) continue
    if (definition >= level) present[count] = 1
    else missing++
    count++
  }
  return { count, present: missing === 0 ? null : present }
}

function bitmap({ count, present }: Slots): Uint8Array | null {
  if (present === null) return null
  const validity = new ValidityBuilder(count)
  for (let i = 0; i < count; i++) if (present[i] === 0) validity.setNull(i)
  return validity.finish()
}
