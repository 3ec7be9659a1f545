import { StoreError } from '../errors.js'

/** JSON text for a stored column. A bigint, which a revealed cell may be, becomes a number when that is exact, else text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'bigint') return inner
    const number = Number(inner)
    return Number.isSafeInteger(number) ? number : String(inner)
  })
}

/**
 * The value of a stored column.
 *
 * @param where table and column, for the error
 * @throws StoreError `LEDGER_UNREADABLE`: text that is no JSON is damage, never "empty"
 */
export function parsedJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new StoreError('LEDGER_UNREADABLE', `The job store holds text that is no JSON in ${where}.`, {
      cause,
      remedy: 'Restore the job store from a backup, or correct the row by hand. Nothing was changed.',
    })
  }
}
