import type { DataType } from '../model/data-type.js'
import type { ObjectInfo } from '../model/object-info.js'
import { formatBytes } from '../util/bytes.js'
import { canonicalJson } from '../util/canonical-json.js'
import type { DryRunHint } from './dry-run-report.js'
import type { JobContext } from './job-context.js'
import type { SampledFile } from './sample-file.js'

/** Fewer files are not worth a word about their sizes. */
const MANY_FILES = 20
/** Well outside the sweet spot of a few hundred thousand to a million rows. */
const FEW_ROWS = 50_000
const MANY_ROWS = 2_000_000
/** Where rows are not known. */
const FEW_BYTES = 1024 * 1024
const NAMED = 3

/** What works, and yet may not be meant. */
export function dryRunHints(
  { budgets }: JobContext,
  matched: readonly ObjectInfo[],
  files: readonly SampledFile<unknown>[],
): readonly DryRunHint[] {
  return [...ofLimits(matched, budgets.fileBytes), ...ofSizes(matched, files), ...ofRows(files), ...ofColumns(files), ...ofTypes(files)]
}

function ofLimits(matched: readonly ObjectInfo[], limit: number): DryRunHint[] {
  const over = matched.filter(({ size }) => size > limit)
  const [first] = over
  if (first === undefined) return []
  const message = `${over.length} of ${matched.length} files are over ${formatBytes(limit)} and will fail, the first of them ${quoted(first.key)}.`
  return [{ code: 'files-too-large', message, remedy: 'Split them, or raise `budgets.fileBytes`.' }]
}

function ofSizes(matched: readonly ObjectInfo[], files: readonly SampledFile<unknown>[]): DryRunHint[] {
  const sizes = matched.map(({ size }) => size).sort((a, b) => a - b)
  const middle = sizes[Math.floor(sizes.length / 2)]
  if (middle === undefined) return []
  const counted = files.filter(({ rowCount }) => rowCount !== null && rowCount > 0)
  const bytes = counted.reduce((sum, { size }) => sum + size, 0)
  const rows = bytes === 0 ? null : (middle * counted.reduce((sum, { rowCount }) => sum + (rowCount as number), 0)) / bytes
  const what = `A file of the middle size (${formatBytes(middle)}) has about ${rows === null ? 'an unknown number of' : rounded(rows)} rows`
  if (sizes.length >= MANY_FILES && (rows === null ? middle < FEW_BYTES : rows < FEW_ROWS)) {
    const remedy = 'Each file has a cost of its own: put a few hundred thousand to a million rows in one.'
    return [{ code: 'files-small', message: `${what}: few for ${matched.length} files.`, remedy }]
  }
  if (rows === null || rows <= MANY_ROWS) return []
  const remedy = 'A failure costs the whole file: put a few hundred thousand to a million rows in one.'
  return [{ code: 'files-large', message: `${what}: many for one import.`, remedy }]
}

function ofRows(files: readonly SampledFile<unknown>[]): DryRunHint[] {
  const empty = files.filter(({ rowCount, error }) => rowCount === 0 && error === null)
  const [first] = empty
  if (first === undefined) return []
  const message = `${quoted(first.key)} has a header and no rows: it is imported, and nothing comes of it.`
  return [{ code: 'no-rows', message, remedy: 'Look at a file that has rows, by naming its key.' }]
}

/** Columns that one file feeds into records and another does not have. */
function ofColumns(files: readonly SampledFile<unknown>[]): DryRunHint[] {
  const mapped = files.filter(({ reads }) => reads.length > 0)
  return mapped.flatMap((file) => {
    const own = new Set(file.columns.map(({ name }) => name))
    return mapped
      .filter((other) => other !== file)
      .slice(-1)
      .flatMap((other) => {
        const missing = [...new Set(other.reads)].filter((name) => !own.has(name))
        if (missing.length === 0) return []
        const message = `${quoted(file.key)} lacks ${columnsText(missing)}, which ${quoted(other.key)} has: records of the one are without.`
        return [{ code: 'columns-differ', message, remedy: 'If the files are meant to be alike, write the same columns to all.' }]
      })
  })
}

/** Columns of text files whose cells another file's guess of their type does not take: the first file imported decides for all. */
function ofTypes(files: readonly SampledFile<unknown>[]): DryRunHint[] {
  const first = new Map<string, { readonly type: DataType; readonly key: string }>()
  const differing = new Set<string>()
  let example = ''
  for (const { key, guessed, readAs, rowCount } of files) {
    if (rowCount === 0) continue
    for (const { name, type, guessed: isGuess } of guessed?.columns ?? []) {
      const as = readAs.get(name)
      if (as === undefined || isGuess !== true) continue
      const known = first.get(name)
      if (known === undefined) first.set(name, { type, key })
      // A schema that says the type itself asks no guess.
      else if (canonicalJson(as) === canonicalJson(known.type) && !takes(known.type, type) && !differing.has(name)) {
        differing.add(name)
        example ||= `${known.type.kind} in ${quoted(known.key)}, ${type.kind} in ${quoted(key)}`
      }
    }
  }
  if (differing.size === 0) return []
  const message = `The files do not agree on the type of ${columnsText([...differing])}: ${example}.`
  const remedy = 'Declare the types in the schema. Otherwise those of the first file that is imported hold for all.'
  return [{ code: 'types-differ', message, remedy }]
}

/** Does a column of one type take what was guessed to be of another? */
function takes(type: DataType, other: DataType): boolean {
  if (type.kind === 'utf8' || (type.kind === 'float64' && other.kind === 'int64')) return true
  return canonicalJson(type) === canonicalJson(other)
}

function columnsText(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).map(quoted).join(', ')
  const more = names.length - NAMED
  return `the column${names.length === 1 ? '' : 's'} ${shown}${more > 0 ? ` and ${more} more` : ''}`
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/** Two digits tell enough. */
function rounded(rows: number): string {
  return Number(rows.toPrecision(2)).toLocaleString('en-US')
}
