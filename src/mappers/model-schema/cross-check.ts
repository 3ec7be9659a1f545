import type { Column } from '../../model/column.js'
import type { RowLog } from '../row-log.js'
import type { Place } from './slot.js'

/** Checks several fields of a row together, when each was found right by itself. */
export interface CrossCheck {
  /** The schema's keys; without one of them in the schema there is nothing to check. */
  readonly fields: readonly string[]
  /**
   * Once per mapping; what it returns is called in row order, so it may keep bounded state.
   *
   * @returns gets the fields' mapped columns, before rejected rows are taken out, and where they are in the file
   */
  check(
    place: Pick<Place, 'table' | 'options'>,
  ): (columns: readonly (Column | undefined)[], log: RowLog, indexes: readonly number[]) => void
}
