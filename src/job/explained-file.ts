import type { AttemptEntry, LedgerEntry } from '../contracts/ledger-entry.js'
import type { CheckedSettings } from './job-options.js'

/** One version of a key in words. */
export interface ExplainedFile {
  readonly entry: LedgerEntry
  /** How it came to be where it is. */
  readonly says: string
  /** What happens next, and when by itself. */
  readonly next: string
  readonly nextAt: Date | null
}

export function stepsOfFile(
  entry: LedgerEntry,
  attempts: readonly AttemptEntry[],
  { maxAttempts, maxCrashes, leaseMs }: Pick<CheckedSettings, 'maxAttempts' | 'maxCrashes' | 'leaseMs'>,
): ExplainedFile {
  const { state, error, counts, notBefore, finishedAt } = entry
  const seen = `seen ${entry.discoveredAt.toISOString()}`
  const last = attempts.filter(({ version }) => version === entry.version).at(-1)
  const why = error === null ? '' : ` The last error: ${error.code}: ${error.message}`
  const tries = `${entry.attempts} of ${maxAttempts} tries used${entry.crashes === 0 ? '' : `, ${entry.crashes} of ${maxCrashes} lost with their worker`}`
  const doubt = entry.inDoubt ? ' A commit of it was not answered: the sink is asked first.' : ''
  switch (state) {
    case 'imported': {
      const rows = counts === null ? '' : `: ${counts.rowsWritten} rows written, ${counts.rowsRejected} rejected`
      const says = `${seen}, imported ${finishedAt?.toISOString() ?? ''} under schema version ${entry.schemaVersion}${rows}.`
      const replaced = entry.replacedBy === null ? '' : ` Its rows were replaced by version ${entry.replacedBy}.`
      return { entry, says: says + replaced, next: 'Nothing: it is done. reimport() imports it again.', nextAt: null }
    }
    case 'failed': {
      const place = error?.location
      const where = [
        place?.row === undefined ? '' : `row ${place.row}`,
        place?.column === undefined ? '' : `column ${JSON.stringify(place.column)}`,
      ].filter((part) => part !== '')
      const partial = entry.partialRows === 0 ? '' : ` ${entry.partialRows} of its rows are in the sink.`
      const says = `${seen}, failed ${finishedAt?.toISOString() ?? ''}: ${error?.code}: ${error?.message}${where.length === 0 ? '' : ` (${where.join(', ')})`}${partial}`
      const remedy = error?.remedy === undefined ? '' : ` ${error.remedy}`
      return { entry, says, next: `Nothing by itself.${remedy} Then retry(), or upload it again: a new version is taken up.`, nextAt: null }
    }
    case 'skipped':
      return { entry, says: `${seen}, skipped by ${entry.rule}.`, next: afterSkip(entry), nextAt: null }
    case 'claimed': {
      const by = last === undefined ? '' : ` by ${last.owner}, since ${last.startedAt.toISOString()}`
      const next = `It is being imported. If its worker is gone, another takes over within ${Math.ceil(leaseMs / 1_000)} s.`
      return { entry, says: `${seen}, claimed${by}; ${tries}.${doubt}`, next, nextAt: null }
    }
    case 'pending': {
      const next = `It is claimed when a worker is free, not before ${notBefore.toISOString()}.`
      return { entry, says: `${seen}, waits; ${tries}.${why}${doubt}`, next, nextAt: notBefore }
    }
  }
}

function afterSkip({ rule }: LedgerEntry): string {
  if (rule === 'overwrite_ignored') {
    return "Nothing: another version of the key is imported. Choose overwrites: 'import' or 'replace' for such files, or give this one a new name."
  }
  if (rule === 'superseded') return 'It comes back if a listing shows this very version again; the version in its place goes its own way.'
  if (rule === 'vanished') return 'It comes back if a listing shows it again.'
  if (rule === 'archived') return 'Nothing: restore it, and upload it again or under a new name.'
  return 'Nothing: give the file a name, or a place, that the rule does not name.'
}
