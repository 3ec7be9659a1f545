import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import { columnOf } from '../../src/model/column-of.js'
import type { FileSchema } from '../../src/model/data-type.js'

const text = { kind: 'utf8' } as const
const number = { kind: 'float64' } as const

/**
 * Text with a header line and cells between commas. Unlike the package's own CSV it holds nothing outside the heap, so
 * that a process of the simulation may die a thousand times and leave nothing behind.
 */
export const lineDecoder: FileDecoder = {
  format: 'lines',
  revision: '1',
  extensions: ['.lines'],
  matches: (name) => name.endsWith('.lines'),
  async open(bytes, { signal }) {
    const parts: Uint8Array[] = []
    for await (const part of bytes.stream({ signal })) parts.push(part)
    const [header = '', ...lines] = Buffer.concat(parts).toString().trimEnd().split('\n')
    const names = header.split(',')
    const rows = lines.map((line) => line.split(','))
    const types = names.map((name) => (name === 'n' ? number : text))
    const schema: FileSchema = { columns: names.map((name, i) => ({ name, type: types[i] ?? text, nullable: true })) }
    return {
      schema,
      async *batches({ columns, batchRows }) {
        for (let at = 0; at < rows.length; at += batchRows) {
          const some = rows.slice(at, at + batchRows)
          const cells = columns.map(({ index }) => {
            const values = some.map((row) => row[index] || null)
            const type = types[index] ?? text
            return columnOf(type, type === number ? values.map((value) => (value === null ? null : Number(value))) : values)
          })
          yield { rowCount: some.length, firstRow: at + 1, schema, columns: cells }
        }
      },
    }
  },
}
