import { bitAt } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import { NO_COLUMN } from '../../model/issue.js'
import type { CheckTable } from '../check-table.js'
import { checkOf, type IssueCode } from '../issue-codes.js'
import type { RowLog } from '../row-log.js'
import { rowNeeds } from './field-table.js'
import type { Environment } from './model-type.js'

/** The columns of a batch that make a row worth having. */
export interface SideColumns {
  readonly prediction: readonly Column[]
  readonly actual: readonly Column[]
  readonly shap: readonly Column[]
}
/** Their keys, for messages. */
export type SideKeys = { readonly [S in keyof SideColumns]: readonly string[] }

/**
 * Each row needs both sides (training, validation) or something to measure (production). Works on validity bitmaps;
 * rows that are rejected already get no second reason.
 */
export function sideCheck(environment: Environment, keys: SideKeys, table: CheckTable): (columns: SideColumns, log: RowLog) => void {
  const check = (code: IssueCode, names: readonly string[]): number =>
    table.number(checkOf(code, { columns: names.join(', '), environment: environment[0]?.toUpperCase() + environment.slice(1) }))
  if (rowNeeds[environment] === 'both') {
    const prediction = check('prediction-missing', keys.prediction)
    const actual = check('actual-missing', keys.actual)
    return (columns, log) => {
      requireAny(columns.prediction, prediction, log)
      requireAny(columns.actual, actual, log)
    }
  }
  const nothing = check('nothing-to-measure', [...keys.prediction, ...keys.actual, ...keys.shap])
  return ({ prediction, actual, shap }, log) => requireAny([...prediction, ...actual, ...shap], nothing, log)
}

function requireAny(columns: readonly Column[], check: number, log: RowLog): void {
  const present = new Uint8Array((log.rowCount + 7) >> 3)
  for (const { kind, validity } of columns) {
    if (kind === 'null') continue
    if (validity === null) return
    for (let k = 0; k < present.length; k++) present[k] = (present[k] as number) | (validity[k] as number)
  }
  for (let i = 0; i < log.rowCount; i++) if (!bitAt(present, i) && log.rejects[i] === 0) log.add(i, check, NO_COLUMN)
}
