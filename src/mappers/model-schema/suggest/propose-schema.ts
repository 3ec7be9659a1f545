import type { FileSchema } from '../../../model/data-type.js'
import type { Environment, ModelType } from '../model-type.js'
import type { ColumnFacts } from './column-facts.js'
import { Draft } from './draft.js'
import { proposeGroups } from './propose-groups.js'
import { proposeIdentity } from './propose-identity.js'
import { proposeClasses, proposeDetections, proposeEmbeddings } from './propose-lists.js'
import { proposeRanking } from './propose-ranking.js'
import { proposeRest } from './propose-rest.js'
import { proposeLlm, proposeValues } from './propose-values.js'

/** What is known of a model beside one of its files. */
export interface KnownModel {
  readonly model?: string | undefined
  readonly modelType?: ModelType | undefined
  readonly environment?: Environment | undefined
  readonly batchId?: string | undefined
}

const valueKeys = [
  'prediction_label',
  'prediction_score',
  'actual_label',
  'actual_score',
  'prediction_scores',
  'actual_scores',
  'rank',
  'relevance_label',
  'relevance_score',
  'prediction_object_detection',
  'actual_object_detection',
  'shap_values',
]
const predictionKeys = ['prediction_label', 'prediction_score', 'prediction_scores', 'rank', 'prediction_object_detection']
const actualKeys = ['actual_label', 'actual_score', 'actual_scores', 'relevance_label', 'relevance_score', 'actual_object_detection']

/**
 * Guesses a model schema from the names of a file's columns and what a sample of them holds. Nothing is checked here but
 * by the same rules that the mapper has: whoever asks lays the draft over the file.
 *
 * @param key of the file: folders may say the model and the environment
 */
export function proposeSchema(file: FileSchema, facts: readonly ColumnFacts[], known: KnownModel, key: string, asOf: Date): Draft {
  const counts = new Map<string, number>()
  for (const { name } of file.columns) counts.set(name, (counts.get(name) ?? 0) + 1)
  const isUsable = (name: string): boolean => name !== '' && counts.get(name) === 1
  const usable = facts.filter(({ name }) => isUsable(name))
  const looked = new Set(facts.map(({ index }) => index))
  // Columns that nothing can read are known by name alone.
  const unusable = file.columns.flatMap(({ name }, i) => (isUsable(name) && looked.has(i) ? [] : [name]))
  const draft = new Draft(usable)
  draft.environment = known.environment ?? environmentOf(key) ?? 'production'
  draft.batchId = known.batchId ?? null
  const repeated = [...counts].filter(([name, count]) => name !== '' && count > 1).map(([name]) => ({ name }))
  if (repeated.length > 0)
    draft.ask(
      'exclude',
      `${repeated.length === 1 ? 'A name stands' : 'Names stand'} over several columns, which cannot be told apart: rename them in the file?`,
    )

  proposeGroups(draft)
  proposeIdentity(draft, asOf)
  draft.modelType = proposeModel(draft, known.modelType)
  const delayed = !draft.has(...predictionKeys)
  if (delayed) dropFeatures(draft)
  else {
    proposeEmbeddings(draft)
    proposeRest(draft, unusable)
  }
  if (!draft.has(...valueKeys)) {
    draft.ask('prediction_label', 'Which column holds what the model predicted, or what was true? No name says so.')
  } else if (delayed)
    draft.ask(
      'prediction_label',
      'Are these rows delayed: do their predictions come in other files, with the same ids? No column is of a prediction.',
    )
  if (!delayed && !draft.has(...actualKeys))
    draft.ask('actual_label', 'No column says what was true. Does it come later, in other files with the same ids?')
  settleEnvironment(draft, known, key, delayed)
  return draft
}

function proposeModel(draft: Draft, wanted: ModelType | undefined): ModelType {
  const is = (type: ModelType): boolean => wanted === undefined || wanted === type
  if (is('object_detection') && proposeDetections(draft)) return found(draft, 'object_detection', 'its cells hold boxes or polygons')
  if (is('multi_class') && proposeClasses(draft)) return found(draft, 'multi_class', 'its cells hold classes with scores')
  if (is('ranking') && proposeRanking(draft)) return found(draft, 'ranking', 'it has ranks in groups, or what ranked items were worth')
  const isLlm = is('generative_llm') && proposeLlm(draft)
  return proposeValues(draft, wanted, isLlm)
}

function found(draft: Draft, type: ModelType, because: string): ModelType {
  draft.because('modelType', [], because, 'sure')
  return type
}

/** Features come with their predictions. */
function dropFeatures(draft: Draft): void {
  for (const key of ['features', 'features_list']) {
    if (!draft.has(key)) continue
    draft.drop(key)
    draft.ask(key, 'The file has features and no prediction: features come with their predictions. Is a column of the prediction missing?')
  }
}

function settleEnvironment(draft: Draft, known: KnownModel, key: string, delayed: boolean): void {
  const both = !delayed && draft.has(...actualKeys)
  if (draft.environment !== 'production' && !both) {
    const says = known.environment === undefined ? 'The path says' : 'You say'
    draft.ask(
      'environment',
      `${says} ${draft.environment}, which needs predictions and true values in each row. Is one of them in another file?`,
    )
    // What was said is not overruled: then nothing is proposed.
    if (known.environment !== undefined) return
    draft.environment = 'production'
    draft.drop('batch_id')
  } else if (known.environment !== undefined) draft.because('environment', [], 'it was given', 'sure')
  else if (environmentOf(key) === undefined) draft.because('environment', [], 'nothing says training or validation', 'guess')
  else draft.because('environment', [], 'the path says so')
  if (draft.environment === 'validation' && !draft.has('batch_id') && draft.batchId === null) {
    draft.batchId = fileName(key)
    draft.ask('batchId', `What is this validation data set called? ${JSON.stringify(draft.batchId)} is the name of the file.`)
  } else if (draft.environment !== 'validation') draft.batchId = null
}

/** What the folders and the name of the file say, if they do. */
function environmentOf(key: string): Environment | undefined {
  const words = key.toLowerCase().split(/[^a-z]+/)
  const says = (...names: string[]): boolean => names.some((name) => words.includes(name))
  if (says('training', 'train')) return 'training'
  if (says('validation', 'val')) return 'validation'
  return says('production', 'prod') ? 'production' : undefined
}

/** Without folders and extensions. */
function fileName(key: string): string {
  const base = key.slice(Math.max(key.lastIndexOf('/'), key.lastIndexOf('\\')) + 1)
  return base.replace(/(\.[a-z]+)+$/i, '').slice(0, 100) || 'file'
}

/** The folder above the environment's, as in `click-thru-rate/production/v1/`, else the name of the file. */
export function modelName(key: string): string {
  const folders = key.split(/[/\\]/).slice(0, -1)
  const at = folders.findIndex((folder) => /^(production|prod|training|train|validation|val)$/i.test(folder))
  return (at > 0 ? folders[at - 1] : undefined) || fileName(key)
}
