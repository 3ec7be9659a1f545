import { originNames } from './fact-columns.js'
import type { FactTables, InferenceDialect } from './inference-dialect.js'
import { delayedFields, hasAll, identityColumns, isEndless, sameScope, scopeColumns } from './inference-view.js'
import { quoteName } from './quote-name.js'

export interface JoinReportQueryOptions {
  readonly tables: FactTables
  readonly asOf: Date
  readonly windowMs: number
  readonly dialect: InferenceDialect
}

/**
 * The figures of a join report, one row for each part and model: part, space, model, five counts, id and time of the
 * oldest waiting prediction.
 *
 * @returns `undefined` when there are neither predictions nor outcomes
 */
export function joinReportQuery({ tables, asOf, windowMs, dialect }: JoinReportQueryOptions): string | undefined {
  const predictions = hasAll(tables.prediction, [...identityColumns, ...originNames])
  const outcomes = hasAll(tables.outcome, [...scopeColumns, ...originNames])
  if (!predictions && !outcomes) return undefined
  const within = dialect.within(windowMs)
  const fresh = freshSince(asOf, windowMs)
  const members = [...dialect.prelude(windowMs)]
  const parts: string[] = []
  if (outcomes) members.push(`o AS (${dialect.placed('outcome')})`)
  if (predictions) {
    members.push(
      `p AS (${dialect.placed('prediction')} WHERE f.environment = 'production')`,
      `cur AS (${dialect.current(identityColumns)})`,
    )
    if (outcomes) members.push(pairs(tables, within, dialect))
    members.push(byPrediction(tables, outcomes, dialect))
    parts.push(
      partOf('prediction', 'by_prediction', [
        'count(*)',
        'count(*) FILTER (WHERE matched)',
        `count(*) FILTER (WHERE NOT matched AND ${fresh})`,
        'count(*) FILTER (WHERE outcomes > 1)',
        'count(*) FILTER (WHERE conflict)',
      ]),
      partOf('duplicate', '(SELECT space, model, 0 AS is_current FROM p UNION ALL SELECT space, model, 1 FROM cur) d', [
        'count(*) FILTER (WHERE is_current = 0)',
        'count(*) FILTER (WHERE is_current = 1)',
        ...['0', '0', '0'],
      ]),
      `SELECT * FROM (SELECT DISTINCT ON (space, model) 'oldest', space, model, 0, 0, 0, 0, 0, prediction_id, ${dialect.millis('"~time"')}
  FROM by_prediction WHERE NOT matched AND ${fresh} ORDER BY space, model, "~time", prediction_id) oldest`,
    )
  }
  if (outcomes) {
    members.push(byOutcome(predictions, within))
    parts.push(
      partOf('outcome', 'by_outcome', [
        'count(*)',
        'count(*) FILTER (WHERE joined)',
        'count(*) FILTER (WHERE NOT joined AND known)',
        `count(*) FILTER (WHERE NOT known AND ${fresh})`,
        '0',
      ]),
    )
  }
  return `WITH ${members.join(',\n')}\n${parts.join('\nUNION ALL\n')}`
}

/** The condition that a file is not older than the window. */
function freshSince(asOf: Date, windowMs: number): string {
  return isEndless(windowMs) ? 'true' : `"~time" >= TIMESTAMPTZ '${new Date(asOf.getTime() - windowMs).toISOString()}'`
}

/** Predictions that outcomes join: how many of them, and whether they agree. */
function pairs(tables: FactTables, within: string, dialect: InferenceDialect): string {
  const keys = dialect.rowKey.map((key) => `c.${key}`).join(', ')
  const conflicts = delayedFields(tables, dialect)
    .filter(({ name }) => isActual(name))
    .map(({ own, outcome, type }) => {
      const [first, last] = ['min', 'max'].map((which) => `${which}(${dialect.comparable(outcome, type)})`)
      const differs = `coalesce(${first} <> ${last}, false)`
      return own === null ? differs : `${differs} OR coalesce(min(${dialect.comparable(own, type)}) <> ${first}, false)`
    })
  return `j AS (SELECT ${keys}, count(*) AS outcomes, ${conflicts.join(' OR ') || 'false'} AS conflict
  FROM cur c JOIN o ON ${sameScope('o', 'c')} AND ${within} GROUP BY ${keys})`
}

function byPrediction({ prediction }: FactTables, outcomes: boolean, dialect: InferenceDialect): string {
  const own = prediction.filter(({ name }) => isActual(name)).map(({ column }) => `c.${quoteName(column)} IS NOT NULL`)
  const matched = [...(outcomes ? ['j.outcomes IS NOT NULL'] : []), ...own].join(' OR ') || 'false'
  const joined = outcomes ? ` LEFT JOIN j ON ${dialect.rowKey.map((key) => `j.${key} = c.${key}`).join(' AND ')}` : ''
  const figures = outcomes ? 'j.outcomes, coalesce(j.conflict, false) AS conflict' : '0 AS outcomes, false AS conflict'
  return `by_prediction AS (SELECT c.space, c.model, c.prediction_id, c."~time", (${matched}) AS matched, ${figures} FROM cur c${joined})`
}

function byOutcome(predictions: boolean, within: string): string {
  if (!predictions) return 'by_outcome AS (SELECT space, model, "~time", false AS known, false AS joined FROM o)'
  return `by_outcome AS (SELECT o.file_no, o.row_no, min(o.space) AS space, min(o.model) AS model, min(o."~time") AS "~time",
  count(c.prediction_id) > 0 AS known, coalesce(bool_or(c.prediction_id IS NOT NULL AND ${within}), false) AS joined
  FROM o LEFT JOIN cur c ON ${sameScope('o', 'c')} GROUP BY o.file_no, o.row_no)`
}

function partOf(part: string, from: string, counts: readonly string[]): string {
  const numbered = counts.map((count, i) => `${count} AS n${i}`).join(', ')
  return `SELECT '${part}' AS part, space, model, ${numbered}, CAST(NULL AS VARCHAR) AS id, CAST(NULL AS DOUBLE PRECISION) AS ms FROM ${from} GROUP BY space, model`
}

/** Tags and SHAP values are no actual values. */
function isActual(name: string): boolean {
  return /^(actual|relevance)_/.test(name)
}
