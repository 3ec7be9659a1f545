import type { Issue } from '../../model/issue.js'
import { issueOf } from '../issue-codes.js'
import { type MetricFamily, type MetricRow, metricTable } from './metric-table.js'
import type { ModelType } from './model-type.js'

/**
 * Do the schema's fields allow these metrics? Actual values may come later, in a schema of their own, so only the fields
 * of the prediction are asked for, and those of the actual value where the schema has some.
 *
 * @param has whether the schema names a field
 * @param hasActual whether it names some field of the actual value
 */
export function checkMetrics(
  modelType: ModelType,
  metrics: readonly MetricFamily[],
  has: (key: string) => boolean,
  hasActual: boolean,
): Issue[] {
  const rows = metricTable[modelType]
  if (rows === undefined || metrics.length === 0) return []
  const wanted = new Set(metrics)
  const row = rows.find(({ metrics: its }) => its.length === wanted.size && its.every((metric) => wanted.has(metric)))
  const words = { modelType, metrics: [...wanted].join(' and ') }
  if (row === undefined) {
    const known = rows.map(({ metrics: its }) => its.join(' + ')).join(', ')
    return [issueOf('metrics-unknown', { ...words, known }, { field: 'metrics' })]
  }
  const missing = missingFields(row, has, hasActual)
  if (missing.length === 0) return []
  const [first] = missing
  const fix = first === undefined ? {} : { fix: { action: 'add' as const, field: first[0] as string } }
  const columns = missing.map((keys) => keys.join(' or ')).join(', ')
  return [issueOf('metric-columns-missing', { ...words, columns }, { field: 'metrics', ...fix })]
}

function missingFields({ prediction, actual }: MetricRow, has: (key: string) => boolean, hasActual: boolean): (readonly string[])[] {
  return [...prediction.map((key) => [key]), ...(hasActual ? actual : [])].filter((keys) => !keys.some(has))
}
