import type { SinkFile } from '../model/file.js'
import type { Json } from '../model/json.js'
import type { CommitSummary, Receipt } from '../model/receipt.js'

/** The receipt of a file that is being committed now. */
export function receiptFor(file: SinkFile, { rows, rejected }: CommitSummary, detail?: Json): Receipt {
  const { schemaVersion, fence } = file
  const receipt = { rows, rejected, schemaVersion, fence, committedAt: new Date().toISOString() }
  return detail === undefined ? receipt : { ...receipt, detail }
}
