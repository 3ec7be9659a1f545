/** A column's name in lower case with `_` between words: `predictionID` and `Prediction-Id` are `prediction_id`. */
export function plainName(name: string): string {
  return name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join('_')
}

export function wordsOf(name: string): string[] {
  return plainName(name).split('_')
}

/** Words that say which side a column is on. */
const actualWords: ReadonlySet<string> = new Set([
  'actual',
  'actuals',
  'truth',
  'true',
  'gt',
  'ground',
  'target',
  'annotation',
  'annotations',
  'expected',
  'observed',
])

export function saysActual(name: string): boolean {
  return wordsOf(name).some((word) => actualWords.has(word))
}
