import type { CheckedSettings } from './job-options.js'

/** How many rejected rows a file may have and yet be imported. */
export type RowPolicy = Pick<CheckedSettings, 'onRejected' | 'maxRejectedRows' | 'maxRejectedRatio'>

interface Counts {
  readonly rowsRead: number
  readonly rowsRejected: number
}

/** Can a file fail that has good rows as well? */
export function canRefuse({ onRejected, maxRejectedRows, maxRejectedRatio }: RowPolicy): boolean {
  return onRejected === 'failFile' || maxRejectedRows !== undefined || maxRejectedRatio !== undefined
}

/**
 * Why a file is refused for its rejected rows, or `null`.
 *
 * @param rowCount rows of the whole file, `undefined` where only its end will tell: a share is not judged before
 */
export function refusal(policy: RowPolicy, { rowsRead, rowsRejected }: Counts, rowCount: number | undefined): string | null {
  const { onRejected, maxRejectedRows, maxRejectedRatio } = policy
  if (rowsRejected === 0) return null
  if (onRejected === 'failFile') return "one is enough under onRejected: 'failFile'"
  if (rowsRejected === rowCount && rowsRead === rowCount) return 'that is every row'
  if (maxRejectedRows !== undefined && rowsRejected > maxRejectedRows) return `maxRejectedRows allows ${maxRejectedRows}`
  // A quotient, because 0.29 * 100 is less than 29.
  if (maxRejectedRatio === undefined || rowCount === undefined || rowsRejected / rowCount <= maxRejectedRatio) return null
  return `maxRejectedRatio allows ${Number((100 * maxRejectedRatio).toPrecision(12))} % of ${rowCount}`
}
