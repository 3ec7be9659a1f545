import { llmNameSlot } from '../llm-slots.js'
import type { ModelType } from '../model-type.js'
import { numberSlot } from '../number-slots.js'
import { labelSlot } from '../text-slots.js'
import type { ColumnFacts } from './column-facts.js'
import { plainName, wordsOf } from './column-words.js'
import type { Draft } from './draft.js'
import { namesOf } from './propose-groups.js'
import { saysId } from './propose-identity.js'
import type { RoleName } from './role-names.js'
import { takesColumn } from './takes-column.js'

interface Values {
  predictionLabel: ColumnFacts | undefined
  predictionScore: ColumnFacts | undefined
  actualLabel: ColumnFacts | undefined
  actualScore: ColumnFacts | undefined
}

const mayBeLabel = (facts: ColumnFacts): boolean =>
  takesColumn(labelSlot, facts) && ['number', 'bool', 'text', 'uuid', 'nothing'].includes(facts.shape)
const isScore = (facts: ColumnFacts): boolean => takesColumn(numberSlot, facts) && ['number', 'nothing'].includes(facts.shape)
const isWord = ({ shape }: ColumnFacts): boolean => shape === 'text' || shape === 'bool' || shape === 'uuid'
/** Few different whole numbers, each of many rows: classes with numbers for names. */
const isCode = (facts: ColumnFacts): boolean =>
  facts.shape === 'number' && (facts.zeroOrOne || (facts.whole && facts.distinct <= 20 && 4 * facts.distinct <= facts.present))

/** `predicted_price`, `actual_price`: the one column that begins so. */
function beginning(draft: Draft, words: readonly string[]): ColumnFacts | undefined {
  const [only, ...others] = draft.free.filter((facts) => {
    const [first, ...more] = wordsOf(facts.name)
    return words.includes(first ?? '') && more.length > 0 && !saysId(facts.name) && mayBeLabel(facts)
  })
  return others.length === 0 ? only : undefined
}

/** What a language model was asked and answered, beside its labels. */
export function proposeLlm(draft: Draft): boolean {
  const texts = ['prompt_template', 'prompt_template_version', 'llm_model_name', 'llm_params'] as const
  const counts = ['total_token_count', 'prompt_token_count', 'response_token_count', 'response_latency_ms'] as const
  const found = [
    ...texts.map((key) => [key, draft.find(key, (facts) => takesColumn(llmNameSlot, facts) && isWord(facts))] as const),
    ...counts.map((key) => [key, draft.find(key, isScore)] as const),
  ].filter((pair): pair is [(typeof pair)[0], ColumnFacts] => pair[1] !== undefined)
  if (found.length < 2 && !found.some(([key]) => key === 'prompt_template' || key === 'llm_model_name')) return false
  for (const [key, facts] of found) draft.map(key, facts, 'its name says so')
  return true
}

/** Predicted and true values, and from them the kind of model. */
export function proposeValues(draft: Draft, wanted: ModelType | undefined, isLlm: boolean): ModelType {
  const values: Values = {
    predictionLabel: draft.find('prediction_label', mayBeLabel) ?? (isLlm ? draft.find('response', mayBeLabel) : undefined),
    predictionScore: draft.find('prediction_score', isScore),
    actualLabel: draft.find('actual_label', mayBeLabel),
    actualScore: draft.find('actual_score', isScore),
  }
  if (values.predictionLabel === undefined && values.predictionScore === undefined)
    values.predictionLabel = beginning(draft, ['predicted', 'prediction', 'pred', 'forecast'])
  if (values.actualLabel === undefined && values.actualScore === undefined)
    values.actualLabel = beginning(draft, ['actual', 'true', 'observed'])
  const bare = draft.find('label', mayBeLabel)
  if (bare !== undefined) takeBare(draft, values, bare)
  const [type, because, certainty] = isLlm ? (['generative_llm', 'it has columns of language models', 'likely'] as const) : kindOf(values)
  const modelType = wanted ?? type
  if (modelType === 'numeric') toNumbers(draft, values)
  else if (modelType === 'score_categorical') fractionsToScores(values)
  mapValues(draft, values)
  if (draft.has('prediction_label', 'prediction_score', 'actual_label', 'actual_score', 'shap_values')) {
    draft.because(
      'modelType',
      Object.values(values).filter((facts) => facts !== undefined),
      wanted === undefined ? because : 'it was given',
      wanted === undefined ? certainty : 'sure',
    )
    if (wanted === undefined && certainty === 'guess')
      draft.ask('modelType', `Is it a ${type} model? It was guessed so because ${because}.`)
  }
  return modelType
}

function takeBare(draft: Draft, values: Values, bare: ColumnFacts): void {
  const side = values.predictionLabel === undefined && values.actualLabel !== undefined ? 'predictionLabel' : 'actualLabel'
  if (values[side] !== undefined) return
  values[side] = bare
  const [key, other] = side === 'predictionLabel' ? ['prediction_label', 'what was true'] : ['actual_label', 'what the model said']
  draft.ask(key, `Is ${namesOf([bare])} the ${side === 'predictionLabel' ? 'predicted' : 'true'} label? Its name could also mean ${other}.`)
}

function kindOf({ predictionLabel, predictionScore, actualLabel, actualScore }: Values): readonly [ModelType, string, 'likely' | 'guess'] {
  if ([predictionLabel, predictionScore, actualLabel, actualScore].every((facts) => facts === undefined))
    return ['score_categorical', 'nothing says what it is, and it is the most common', 'guess']
  const labels = [predictionLabel, actualLabel].filter((facts) => facts !== undefined)
  if (labels.some(isWord)) return ['score_categorical', 'its labels are text or booleans', 'likely']
  const truths = [actualLabel, actualScore].filter((facts) => facts !== undefined)
  if (labels.length > 0 && labels.every(isCode)) return ['score_categorical', 'its labels are a few whole numbers', 'guess']
  const predictions = [predictionLabel, predictionScore].filter((facts) => facts !== undefined)
  if (predictions.every(({ unit }) => unit) && truths.every(({ zeroOrOne }) => zeroOrOne)) {
    return [
      'score_categorical',
      truths.length > 0 ? 'predictions are from 0 to 1 and true values 0 or 1' : 'predictions are from 0 to 1',
      'guess',
    ]
  }
  return ['numeric', 'its values are numbers, of many kinds', 'guess']
}

/** In a numeric model a prediction is a score; only a column that is called a label stays one. */
function toNumbers(draft: Draft, values: Values): void {
  for (const [label, score, name] of [
    ['predictionLabel', 'predictionScore', 'prediction_label'],
    ['actualLabel', 'actualScore', 'actual_label'],
  ] as const) {
    const facts = values[label]
    if (facts === undefined) continue
    if (!isScore(facts)) {
      values[label] = undefined
      draft.ask(name, `${namesOf([facts])} does not hold numbers, which a numeric model needs. Is the model of another type?`)
    } else if (values[score] === undefined && plainName(facts.name) !== name) {
      values[score] = facts
      values[label] = undefined
    }
  }
}

/** `prediction` = 0.73 beside `actual` = 1 is a score. */
function fractionsToScores(values: Values): void {
  const { predictionLabel } = values
  if (predictionLabel === undefined || predictionLabel.shape !== 'number' || predictionLabel.whole || values.predictionScore !== undefined)
    return
  if (!isScore(predictionLabel)) return
  values.predictionScore = predictionLabel
  values.predictionLabel = undefined
}

function mapValues(draft: Draft, values: Values): void {
  const keys: readonly (readonly [keyof Values, RoleName])[] = [
    ['predictionLabel', 'prediction_label'],
    ['predictionScore', 'prediction_score'],
    ['actualLabel', 'actual_label'],
    ['actualScore', 'actual_score'],
  ]
  for (const [name, key] of keys) {
    const facts = values[name]
    if (facts === undefined) continue
    const what =
      facts.shape === 'number' ? 'numbers' : facts.shape === 'bool' ? 'booleans' : facts.shape === 'nothing' ? 'nothing yet' : 'text'
    draft.map(key, facts, `its name says so, and it holds ${what}`)
  }
}
