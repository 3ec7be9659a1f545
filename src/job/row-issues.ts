import type { MappedRows } from '../contracts/schema-mapper.js'
import type { FileSchema } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import { issuesOf } from '../model/issues-of.js'

/** The issues of one batch under their rows (1-based), in the order of the log; rendered when first asked for, and once. */
export function rowIssues({ firstRow, rejected }: MappedRows, schema: FileSchema): () => ReadonlyMap<number, readonly Issue[]> {
  let byRow: Map<number, Issue[]> | undefined
  return () => {
    if (byRow !== undefined) return byRow
    byRow = new Map()
    for (const issue of rejected.issues === undefined ? [] : issuesOf(rejected.issues, { firstRow, schema })) {
      const row = issue.row as number
      const ofRow = byRow.get(row)
      if (ofRow === undefined) byRow.set(row, [issue])
      else ofRow.push(issue)
    }
    return byRow
  }
}
