import { readFileSync } from 'node:fs'
import { ImportError } from '../../src/errors.js'
import type { Column } from '../../src/model/column.js'
import { canonicalCell } from './canonical.js'
import { type DecodedFile, decodeFile } from './decode-file.js'
import { type Mutation, mutate } from './mutate.js'

/** A damaged file for a program of its own to read. */
export interface MutationJob {
  readonly path: string
  readonly mutation: Mutation
}

export interface MutationAnswer {
  /** `ok`, or the code of the refusal; `UNTYPED` for any other error. */
  readonly code: string
  readonly message: string
  readonly rows: number
  /** Rows from the first on that are the whole file's. */
  readonly equal: number
  /** All rows are, and no other. */
  readonly same: boolean
}

interface Good {
  readonly bytes: Uint8Array
  readonly names: string
  readonly rows: readonly string[]
}
const known = new Map<string, Good>()

async function good(path: string): Promise<Good> {
  const found = known.get(path)
  if (found !== undefined) return found
  const bytes = Uint8Array.from(readFileSync(path))
  const decoded = await decode(path, bytes)
  const made = { bytes, names: namesOf(decoded), rows: rowsOf(decoded) }
  known.set(path, made)
  return made
}

/** Text stays text: a guess of its type may differ for a shorter file. */
function decode(path: string, bytes: Uint8Array): Promise<DecodedFile> {
  return decodeFile(path, bytes, /\.csv/.test(path) ? { textAs: { kind: 'utf8' } } : {})
}

const namesOf = ({ schema }: DecodedFile): string => JSON.stringify(schema.columns.map(({ name }) => name))

function rowsOf({ batches }: DecodedFile): string[] {
  return batches.flatMap(({ rowCount, columns }) =>
    Array.from({ length: rowCount }, (_, i) => JSON.stringify(columns.map((column: Column) => canonicalCell(column, i)))),
  )
}

async function answer({ path, mutation }: MutationJob): Promise<MutationAnswer> {
  const whole = await good(path)
  try {
    const decoded = await decode(path, mutate(whole.bytes, mutation))
    const rows = rowsOf(decoded)
    const named = namesOf(decoded) === whole.names
    let equal = 0
    while (named && equal < rows.length && rows[equal] === whole.rows[equal]) equal++
    return { code: 'ok', message: '', rows: rows.length, equal, same: named && equal === rows.length && equal === whole.rows.length }
  } catch (error) {
    const code = error instanceof ImportError ? error.code : 'UNTYPED'
    return { code, message: error instanceof Error ? `${error.stack}`.slice(0, 600) : String(error), rows: 0, equal: 0, same: false }
  }
}

process.on('message', (job: MutationJob) => {
  void answer(job).then((found) => process.send?.(found))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
