import type { NameRules } from '../column-names.js'
import type { InferenceDialect } from '../inference-dialect.js'
import { isEndless } from '../inference-view.js'
import { labels } from '../labels.js'
import { fitType } from './fit-type.js'

export const duckdbNames: NameRules = { fold: (name) => name.toLowerCase(), maxBytes: Number.POSITIVE_INFINITY }

/**
 * In DuckDB facts are ordered by one number, `~ord`: the rank of the file times 2^32, plus the row. Aggregates over a
 * struct take twice as long.
 */
export const duckdbInference: InferenceDialect = {
  prelude(windowMs) {
    const interval = `INTERVAL '${Math.round(isEndless(windowMs) ? 0 : windowMs)} milliseconds'`
    return [
      `fr AS (SELECT file_no, source_time AS "~time", source_time - ${interval} AS "~from", source_time + ${interval} AS "~to",
  row_number() OVER (ORDER BY source_time, key COLLATE "C", job COLLATE "C", version COLLATE "C", generation) * 4294967296 AS "~base" FROM import_file)`,
    ]
  },
  placed: (facts) =>
    `SELECT f.*, fr."~time", fr."~from", fr."~to", fr."~base" + f.row_no AS "~ord" FROM ${facts} f JOIN fr ON fr.file_no = f.file_no`,
  current: (identity) =>
    `SELECT p.* FROM p JOIN (SELECT max("~ord") AS "~ord" FROM p GROUP BY ${identity.join(', ')}) last_of ON last_of."~ord" = p."~ord"`,
  rowKey: ['"~ord"'],
  order: (alias) => [`${alias}."~ord"`],
  within: (windowMs) => (isEndless(windowMs) ? 'true' : 'o."~time" BETWEEN c."~from" AND c."~to"'),
  last: (value, condition) => `arg_max(${value}, o."~ord") FILTER (WHERE ${condition})`,
  merge: () => undefined,
  commonType(name, left, right) {
    const fit = fitType(left, right, labels.has(name))
    return fit === 'conflict' ? 'VARCHAR' : fit.type
  },
  cast: (value, from, to) => (from === to ? value : `CAST(${value} AS ${to})`),
  comparable: (value) => value,
  millis: (time) => `CAST(epoch_ms(${time}) AS DOUBLE)`,
  names: duckdbNames,
}
