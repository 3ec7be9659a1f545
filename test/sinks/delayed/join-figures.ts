/** The report's figures from the log itself, attached as `ref`, on 25 January 2026. */
export async function figures(rows: (sql: string) => Promise<unknown[]>): Promise<object> {
  const window = '14 * 86400000'
  const [row = []] = (await rows(`WITH
    standing AS (SELECT * FROM ref.prediction QUALIFY row_number() OVER (PARTITION BY id, model_version ORDER BY stands_at DESC, key DESC, row DESC) = 1),
    pair AS (SELECT s.id, s.model_version, o.key, o.row, o.actual_score, o.actual_label FROM standing s JOIN ref.outcome o USING (id)
      WHERE abs(epoch_ms(o.stands_at) - epoch_ms(s.stands_at)) <= ${window}),
    hit AS (SELECT DISTINCT id, model_version FROM pair UNION SELECT id, model_version FROM standing WHERE actual_score IS NOT NULL),
    open AS (SELECT * FROM standing ANTI JOIN hit USING (id, model_version)),
    lost AS (SELECT * FROM ref.outcome ANTI JOIN (SELECT DISTINCT key, row FROM pair) USING (key, row)),
    said AS (SELECT id, model_version, 's' || actual_score AS v FROM pair WHERE actual_score IS NOT NULL
      UNION ALL SELECT id, model_version, 's' || actual_score FROM standing WHERE actual_score IS NOT NULL
      UNION ALL SELECT id, model_version, 'l' || actual_label FROM pair WHERE actual_label IS NOT NULL),
    torn AS (SELECT DISTINCT id, model_version FROM (SELECT id, model_version FROM said GROUP BY id, model_version, left(v, 1) HAVING count(DISTINCT v) > 1))
    SELECT (SELECT count(*) FROM standing), (SELECT count(*) FROM hit),
      (SELECT count(*) FROM open WHERE stands_at >= TIMESTAMPTZ '2026-01-11 00:00:00Z'), (SELECT count(*) FROM open WHERE stands_at < TIMESTAMPTZ '2026-01-11 00:00:00Z'),
      (SELECT count(*) FROM ref.outcome), (SELECT count(*) FROM (SELECT DISTINCT key, row FROM pair)),
      (SELECT count(*) FROM lost SEMI JOIN ref.prediction USING (id)),
      (SELECT count(*) FROM lost ANTI JOIN ref.prediction USING (id) WHERE stands_at >= TIMESTAMPTZ '2026-01-11 00:00:00Z'),
      (SELECT count(*) FROM lost ANTI JOIN ref.prediction USING (id) WHERE stands_at < TIMESTAMPTZ '2026-01-11 00:00:00Z'),
      (SELECT count(*) FROM ref.prediction) - (SELECT count(*) FROM standing),
      (SELECT count(*) FROM (SELECT 1 FROM pair GROUP BY id, model_version HAVING count(*) > 1)), (SELECT count(*) FROM torn)`)) as unknown[][]
  const names = [
    ...['predictions', 'matched', 'waiting', 'expired', 'outcomes', 'joined', 'late', 'outcomesWaiting', 'orphans'],
    ...['duplicates', 'severalOutcomes', 'conflicting'],
  ]
  return Object.fromEntries(names.map((name, i) => [name, Number(row[i])]))
}
