import type { DelayedField, InferenceDialect } from '../inference-dialect.js'
import { isEndless, isLater } from '../inference-view.js'
import { labels } from '../labels.js'
import { postgresNames } from './facts-table.js'
import { fitType } from './fit-type.js'

const order = ['~time', '~key', '~job', '~version', '~generation']
const plain: ReadonlySet<string> = new Set(['bigint', 'numeric', 'double precision', 'text', 'date'])

/**
 * In Postgres facts are ordered by columns, not by one number: a rank over all files would make the question for one
 * prediction as long as the list of files.
 *
 * @param schema quoted
 */
export function postgresInference(schema: string): InferenceDialect {
  const orderOf = (alias: string): string[] => [...order.map((column) => `${alias}."${column}"`), `${alias}.row_no`]
  const ordered = (direction: string): string =>
    orderOf('o')
      .map((column) => column + direction)
      .join(', ')
  const dialect: InferenceDialect = {
    prelude: () => [],
    placed: (facts) =>
      `SELECT f.*, i.source_time AS "~time", i.key AS "~key", i.job AS "~job", i.version AS "~version", i.generation AS "~generation"
  FROM ${schema}.${facts} f JOIN ${schema}.import_file i ON i.file_no = f.file_no`,
    current: (identity) =>
      `SELECT DISTINCT ON (${identity.join(', ')}) p.* FROM p ORDER BY ${identity.join(', ')}, ${orderOf('p')
        .map((column) => `${column} DESC`)
        .join(', ')}`,
    // `prediction_id` lets a condition on it reach the outcomes.
    rowKey: ['prediction_id', 'file_no', 'row_no'],
    order: orderOf,
    within(windowMs) {
      const interval = `INTERVAL '${Math.round(windowMs)} milliseconds'`
      return isEndless(windowMs) ? 'true' : `o."~time" BETWEEN c."~time" - ${interval} AND c."~time" + ${interval}`
    },
    last: (value, condition) => `(array_agg(${value} ORDER BY ${ordered(' DESC')}) FILTER (WHERE ${condition}))[1]`,
    merge: ({ name, own, outcome }: DelayedField) => {
      if (name !== 'tags' && name !== 'shap_values') return undefined
      const all = (condition: string): string =>
        `jsonb_agg(${outcome} ORDER BY ${ordered('')}) FILTER (WHERE ${outcome} IS NOT NULL${condition})`
      if (own === null) return { aggregates: [all('')], result: ([said = 'NULL']) => merged(said) }
      return {
        aggregates: [all(` AND NOT ${isLater(dialect)}`), all(` AND ${isLater(dialect)}`)],
        result: ([earlier = 'NULL', later = 'NULL']) =>
          `CASE WHEN ${earlier} IS NULL AND ${later} IS NULL THEN ${own} ELSE ${[merged(earlier), own, merged(later)]
            .map((object) => `coalesce(${object}, '{}')`)
            .join(' || ')} END`,
      }
    },
    commonType(name, left, right) {
      const fit = fitType(left, right, labels.has(name))
      return fit === 'conflict' ? 'text' : fit.type
    },
    cast: (value, from, to) => (from === to ? value : `${value}::${to}`),
    comparable: (value, type) => (plain.has(type) ? value : `${value}::text`),
    millis: (time) => `(extract(epoch FROM ${time}) * 1000)::double precision`,
    names: postgresNames,
  }
  return dialect
}

/** Of a list of objects one: under each name the last value. */
function merged(objects: string): string {
  return `(SELECT jsonb_object_agg(e.key, e.value ORDER BY a.n) FROM jsonb_array_elements(${objects}) WITH ORDINALITY a(said, n), jsonb_each(a.said) e)`
}
