import type { Column } from '../../model/column.js'
import type { ArrowField } from './arrow-field.js'
import { bytesColumn, checkOffsets, nextOffsets, viewsColumn } from './bytes-columns.js'
import type { ArrowDictionaries } from './dictionaries.js'
import { fixedColumn } from './fixed-columns.js'
import { clearPast, type MessageBody } from './message-body.js'

/** The next field of a message as a column, of `rowCount` rows where the parent knows how many it must have. */
export function readColumn(field: ArrowField, body: MessageBody, dictionaries: ArrowDictionaries, rowCount?: number): Column {
  const { layout, type, name } = field
  const node = body.nextNode()
  const { length } = node
  if (rowCount !== undefined && length !== rowCount) throw body.corrupt(`has a column of ${length} rows among ${rowCount}`, name)
  if (layout.form === 'null') return { kind: 'null', length, validity: null }
  const rows = { length, validity: body.nextValidity(node) }
  switch (layout.form) {
    case 'bits': {
      const data = body.nextValues(Uint8Array, (length + 7) >> 3)
      if (rows.validity !== null) for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) & (rows.validity[i] as number)
      return { kind: 'bool', ...rows, data: clearPast(data, length) }
    }
    case 'fixed':
      return fixedColumn(type, layout.as, layout.width, rows, body)
    case 'bytes':
      return bytesColumn(layout.kind, layout.large, rows, body, name)
    case 'views':
      return viewsColumn(layout.kind, rows, body, name)
    case 'list': {
      const offsets = nextOffsets(layout.large, length, body, name)
      const child = readColumn(layout.child, body, dictionaries)
      checkOffsets(offsets, child.length, body, name)
      return { kind: 'list', ...rows, offsets, child }
    }
    case 'fixedList':
      return { kind: 'fixedList', ...rows, size: layout.size, child: readColumn(layout.child, body, dictionaries, length * layout.size) }
    case 'struct':
      return {
        kind: 'struct',
        ...rows,
        names: layout.children.map((child) => child.name),
        children: layout.children.map((child) => readColumn(child, body, dictionaries, length)),
      }
    case 'dictionary':
      return dictionaries.column(layout, rows, body, name)
    case 'listView':
    case 'runs':
    case 'union':
      throw new RangeError(`${field.typeName} is not read.`)
  }
}

/** Steps over the next field. */
export function skipColumn({ layout }: ArrowField, body: MessageBody, unionsHaveValidity: boolean): void {
  body.nextNode()
  const skipChildren = (children: readonly ArrowField[]): void => {
    for (const child of children) skipColumn(child, body, unionsHaveValidity)
  }
  switch (layout.form) {
    case 'null':
      break
    case 'listView':
      body.skipBuffers(3)
      skipChildren([layout.child])
      break
    case 'runs':
      skipChildren(layout.children)
      break
    case 'views':
      body.skipBuffers(2)
      body.skipBuffers(body.nextVariadicCount())
      break
    case 'bytes':
      body.skipBuffers(3)
      break
    case 'list':
      body.skipBuffers(2)
      skipChildren([layout.child])
      break
    case 'fixedList':
      body.skipBuffers(1)
      skipChildren([layout.child])
      break
    case 'struct':
      body.skipBuffers(1)
      skipChildren(layout.children)
      break
    case 'union':
      body.skipBuffers((unionsHaveValidity ? 1 : 0) + (layout.dense ? 2 : 1))
      skipChildren(layout.children)
      break
    default:
      body.skipBuffers(2)
  }
}
