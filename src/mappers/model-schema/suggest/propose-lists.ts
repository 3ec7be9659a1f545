import { modelFields } from '../field-table.js'
import type { ColumnFacts } from './column-facts.js'
import { saysActual, wordsOf } from './column-words.js'
import type { Draft } from './draft.js'
import { namesOf } from './propose-groups.js'

const says = (facts: ColumnFacts, ...words: string[]): boolean => wordsOf(facts.name).some((word) => words.includes(word))

/** Lists of classes with scores. */
export function proposeClasses(draft: Draft): boolean {
  const classes = draft.free.filter(({ shape }) => shape === 'classes')
  const thresholds = classes.find((facts) => says(facts, 'threshold', 'thresholds'))
  const others = classes.filter((facts) => facts !== thresholds && facts.unit)
  const actual = others.find((facts) => facts.zeroOrOne && (saysActual(facts.name) || says(facts, 'label', 'labels')))
  const prediction = others.find((facts) => facts !== actual)
  if (prediction === undefined && actual === undefined) return false
  const because = 'its cells list classes with scores'
  if (prediction !== undefined) draft.map('prediction_scores', prediction, because, 'sure')
  if (actual !== undefined) draft.map('actual_scores', actual, `${because} of 0 or 1, and its name says so`, 'sure')
  if (thresholds !== undefined && prediction !== undefined)
    draft.map('threshold_scores', thresholds, `${because}, and its name says so`, 'sure')
  return true
}

/** Boxes or polygons, with what belongs to them. */
export function proposeDetections(draft: Draft): boolean {
  let found = false
  for (const { key } of modelFields.object_detection) {
    const ofSide = (facts: ColumnFacts): boolean => saysActual(facts.name) === (key === 'actual_object_detection')
    const shapes =
      draft.free.find((facts) => facts.shape === 'boxes' && ofSide(facts)) ??
      draft.free.find((facts) => facts.shape === 'polygons' && ofSide(facts))
    if (shapes === undefined) continue
    const texts = draft.free.filter((facts) => facts.shape === 'texts' && ofSide(facts))
    const categories = texts.find((facts) => says(facts, 'category', 'categories', 'class', 'classes', 'label', 'labels')) ?? texts[0]
    if (categories === undefined) {
      draft.ask(key, `Which column has the categories of ${namesOf([shapes])}? No list of text belongs to it.`)
      continue
    }
    const scores = draft.free.find(
      (facts) => facts.shape === 'numbers' && facts.unit && ofSide(facts) && says(facts, 'score', 'scores', 'confidence', 'confidences'),
    )
    draft.take(shapes, categories, scores)
    draft.schema[key] = {
      [shapes.shape === 'boxes' ? 'coordinates_column' : 'polygons_column']: shapes.name,
      categories_column: categories.name,
      ...(scores === undefined ? {} : { scores_column: scores.name }),
    }
    const parts = [shapes, categories, ...(scores === undefined ? [] : [scores])]
    draft.because(
      key,
      parts,
      `cells hold ${shapes.shape}, with a list of text${scores === undefined ? '' : ' and one of scores'} beside them`,
      'sure',
    )
    found = true
  }
  return found
}

const embeddingEnd = /[/._: -]?(embeddings?|vectors?|vec|emb)$/i
const mostEmbeddings = 30

/** Vectors, with the text or the link that they were made of. */
export function proposeEmbeddings(draft: Draft): void {
  const vectors = draft.free.filter(
    ({ shape, dimension, name }) =>
      shape === 'numbers' && dimension !== null && dimension > 1 && dimension <= 20_000 && !name.endsWith('_shap'),
  )
  const names = new Set<string>()
  const features = vectors.slice(0, mostEmbeddings).flatMap((vector) => {
    const feature = vector.name.replace(embeddingEnd, '') || vector.name
    if (names.has(feature)) return []
    names.add(feature)
    draft.take(vector)
    const named = (...ends: string[]): ColumnFacts | undefined =>
      draft.free.find(({ name, shape }) => shape === 'text' && ends.some((end) => name.toLowerCase() === `${feature}${end}`.toLowerCase()))
    const raw = named('', '_text', '_raw', '_raw_data', '/text', '.text')
    const link = named('_url', '_link', '_uri', '_link_to_data', '/url', '.url')
    draft.take(raw, link)
    const because = `each cell is a list of ${vector.dimension} numbers`
    draft.because(
      'embedding_features',
      [vector, ...(raw === undefined ? [] : [raw]), ...(link === undefined ? [] : [link])],
      because,
      'sure',
    )
    return [
      {
        feature_name: feature,
        vector_column: vector.name,
        ...(raw === undefined ? {} : { raw_data_column: raw.name }),
        ...(link === undefined ? {} : { link_to_data_column: link.name }),
      },
    ]
  })
  if (features.length > 0) draft.schema.embedding_features = features
}
