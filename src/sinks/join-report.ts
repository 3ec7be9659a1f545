import { ConfigError } from '../errors.js'

export interface JoinReportOptions {
  /** The "now" by which ages are judged. @defaultValue now */
  readonly asOf?: Date
  /** Milliseconds; `Infinity` is allowed. @defaultValue the window of the view */
  readonly windowMs?: number
}

/**
 * How the delayed rows of a model meet its predictions. Predictions and outcomes of environment `production` only; ages
 * are counted from the time of the file in the bucket.
 */
export interface JoinFigures {
  /** Current ones: of equal identity the last. `predictions` = `matched` + `waiting` + `expired`. */
  readonly predictions: number
  /** Joined by some outcome, or with an actual value in their own row. */
  readonly matched: number
  /** Not matched, and not older than the window. */
  readonly waiting: number
  /** Not matched, and older than the window. */
  readonly expired: number
  readonly oldestWaiting: { readonly sourceTime: Date; readonly predictionId: string } | null
  /** Rows. `outcomes` = `joined` + `outcomesWaiting` + `orphans` + `late`. */
  readonly outcomes: number
  /** Outcomes that join some prediction. */
  readonly joined: number
  /** Their prediction is not there yet, and they are not older than the window. */
  readonly outcomesWaiting: number
  /** Their prediction never came, and the window is over. */
  readonly orphans: number
  /** There is a prediction of this id, but not within the window. */
  readonly late: number
  /** Predictions that are not current: a later row has the same model, environment, version and id. */
  readonly duplicates: number
  /** Predictions that two outcomes or more join. */
  readonly severalOutcomes: number
  /** Predictions with two different values of one actual field, in their own row or their outcomes. */
  readonly conflicting: number
}

export interface ModelJoinFigures extends JoinFigures {
  readonly space: string | null
  readonly model: string
}

/** Totals, and the same for each model, ordered by space and model. */
export interface JoinReport extends JoinFigures {
  readonly asOf: Date
  readonly windowMs: number
  readonly models: readonly ModelJoinFigures[]
}

/** One row of a report's query: counts of one part of one model. */
export interface JoinCounts {
  readonly part: 'prediction' | 'duplicate' | 'outcome' | 'oldest'
  readonly space: string | null
  readonly model: string
  readonly counts: readonly number[]
  /** Of the oldest waiting prediction. */
  readonly id: string | null
  /** Its source time, milliseconds since 1970. */
  readonly timeMs: number | null
}

type Draft = { -readonly [K in keyof ModelJoinFigures]: ModelJoinFigures[K] }

export function joinReportOf(rows: readonly JoinCounts[], asOf: Date, windowMs: number): JoinReport {
  const models = new Map<string, Draft>()
  for (const { part, space, model, counts, id, timeMs } of rows) {
    const name = JSON.stringify([space, model])
    const figures = models.get(name) ?? { space, model, ...noFigures() }
    models.set(name, figures)
    const [all = 0, second = 0, third = 0, fourth = 0, fifth = 0] = counts
    if (part === 'prediction') {
      Object.assign(figures, { predictions: all, matched: second, waiting: third, expired: all - second - third })
      Object.assign(figures, { severalOutcomes: fourth, conflicting: fifth })
    } else if (part === 'duplicate') figures.duplicates = all - second
    else if (part === 'outcome') {
      Object.assign(figures, {
        outcomes: all,
        joined: second,
        late: third,
        outcomesWaiting: fourth,
        orphans: all - second - third - fourth,
      })
    } else if (id !== null && timeMs !== null) figures.oldestWaiting = { sourceTime: new Date(timeMs), predictionId: id }
  }
  const sorted = [...models.values()].sort((a, b) => compare(a.space ?? '', b.space ?? '') || compare(a.model, b.model))
  return { asOf, windowMs, ...totalOf(sorted), models: sorted }
}

/** @throws ConfigError `CONFIG_INVALID` */
export function checkWindow(windowMs: number, option: string): number {
  if (typeof windowMs === 'number' && windowMs >= 0) return windowMs
  throw new ConfigError('CONFIG_INVALID', `${option} is no length of time`, {
    remedy: 'Give milliseconds, 0 or more, or Infinity.',
  })
}

function noFigures(): { -readonly [K in keyof JoinFigures]: JoinFigures[K] } {
  return {
    predictions: 0,
    matched: 0,
    waiting: 0,
    expired: 0,
    oldestWaiting: null,
    outcomes: 0,
    joined: 0,
    outcomesWaiting: 0,
    orphans: 0,
    late: 0,
    duplicates: 0,
    severalOutcomes: 0,
    conflicting: 0,
  }
}

function totalOf(models: readonly ModelJoinFigures[]): JoinFigures {
  const total = noFigures()
  for (const figures of models) {
    for (const name of Object.keys(total) as (keyof JoinFigures)[]) if (name !== 'oldestWaiting') total[name] += figures[name]
    const oldest = figures.oldestWaiting
    if (oldest !== null && (total.oldestWaiting === null || oldest.sourceTime < total.oldestWaiting.sourceTime))
      total.oldestWaiting = oldest
  }
  return total
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
