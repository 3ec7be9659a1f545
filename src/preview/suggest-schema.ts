import { ConfigError } from '../errors.js'
import type { ModelSchemaOptions } from '../mappers/model-schema/model-schema-options.js'
import { environments, modelTypes } from '../mappers/model-schema/model-type.js'
import { ColumnFacts } from '../mappers/model-schema/suggest/column-facts.js'
import type { Draft, OpenQuestion, SuggestionReason } from '../mappers/model-schema/suggest/draft.js'
import { mendSchema, optionsOf, takeOut } from '../mappers/model-schema/suggest/mend-schema.js'
import { type KnownModel, modelName, proposeSchema } from '../mappers/model-schema/suggest/propose-schema.js'
import type { ColumnInfo } from '../model/data-type.js'
import { ColumnSample } from './column-sample.js'
import type { GivenFile } from './given-file.js'
import { type Looked, lookAtColumns } from './look-at-columns.js'
import { type OpenedFile, openFile } from './opened-file.js'
import { type CheckedLook, checkLook, type PreviewOptions } from './preview-options.js'
import { previewOpened } from './preview-schema.js'
import type { SchemaPreview } from './schema-preview.js'

/** How a file is looked into, and what is known of its model. */
export interface SuggestOptions extends PreviewOptions, KnownModel {}

/** A proposed model schema with the grounds for it. Plain data. */
export interface SchemaSuggestion {
  /** What `modelSchema` and `parseModelSchema` take; `null` when the file has no id, or nothing to measure: see `questions`. */
  readonly options: ModelSchemaOptions | null
  readonly reasons: readonly SuggestionReason[]
  readonly questions: readonly OpenQuestion[]
  /** The file under the proposed schema, mapped: the proof that it works. */
  readonly preview: SchemaPreview | null
}

const knownKeys = ['model', 'modelType', 'environment', 'batchId'] as const
/** A field that rejects more of the sample than this is taken out of the proposal. */
const mostRejected = 0.1
const mostRounds = 5

/**
 * Proposes a model schema from the names of a file's columns and a sample of their values, with a reason for each guess
 * and the questions that only its owner can answer. What it proposes was laid over the file and has mapped rows of it; a
 * field that the sample does not bear is left out, with a question.
 *
 * It is a beginning to be read by a person, not a decision: names lie.
 *
 * @param options `model`, `modelType`, `environment` and `batchId` where they are known already
 * @throws SourceError and DecodeError when the file cannot be read
 * @example
 * const { options, questions } = await suggestSchema('inbox/monday.csv', { model: 'clicks' })
 */
export async function suggestSchema(file: GivenFile, options: SuggestOptions = {}): Promise<SchemaSuggestion> {
  const { model, modelType, environment, batchId, ...rest } = options
  const known: KnownModel = { model, modelType, environment, batchId }
  checkKnown(known)
  const look = checkLook(rest, knownKeys)
  return await openFile(file, look, async (opened) => {
    const seen = new Map<number, ColumnSample>()
    const facts = new Map<number, ColumnFacts>()
    const looked = await lookAtColumns(opened, look, (index, column, rows, schema) => {
      const sample = seen.get(index) ?? new ColumnSample(look.examples, look.exampleCharacters)
      const its = facts.get(index) ?? new ColumnFacts(index, schema.columns[index] as ColumnInfo)
      seen.set(index, sample)
      facts.set(index, its)
      for (const rowIndex of rows) {
        sample.add(column, rowIndex)
        its.add(column, rowIndex)
      }
    })
    const name = known.model ?? modelName(opened.key)
    const draft = proposeSchema(looked.schema, [...facts.values()], known, opened.key, look.asOf)
    if (known.model === undefined) {
      draft.because('model', [], 'it is taken from the path of the file', 'guess')
      draft.ask('model', `What is the model called? ${JSON.stringify(name)} is taken from the path of the file.`)
    }
    const preview = await prove(draft, name, opened, looked, seen, look)
    const { reasons, questions } = draft
    if (preview === null) return { options: null, reasons, questions, preview: null }
    return { options: optionsOf(draft, name) as unknown as ModelSchemaOptions, reasons, questions, preview }
  })
}

/** Maps the sample by the draft, and takes out what most rows do not bear; `null` when nothing can be mapped. */
async function prove(
  draft: Draft,
  model: string,
  opened: OpenedFile,
  looked: Looked,
  seen: ReadonlyMap<number, ColumnSample>,
  look: CheckedLook,
): Promise<SchemaPreview | null> {
  for (let round = 0; round < mostRounds; round++) {
    if (!draft.has('prediction_id') || !mendSchema(draft, looked.schema, model)) return null
    const preview = await previewOpened(opened, looked, seen, optionsOf(draft, model), look)
    const culprit = worst(preview, draft)
    if (culprit === undefined) {
      const { rows, rejected } = preview.sample
      if (rejected !== null && rejected > 0) {
        draft.ask(
          'schema',
          `${rejected} of ${rows} rows of the sample are rejected, for the reasons in preview.issues. Are these rows wrong, or the schema?`,
        )
      }
      return preview.ok ? preview : null
    }
    takeOut(draft, culprit.key, `${culprit.rows} of ${preview.sample.rows} rows of the sample were rejected. ${culprit.message}`)
  }
  return null
}

/** The field that rejects most rows, if it can be spared. */
function worst({ issues, columns, sample }: SchemaPreview, draft: Draft): { key: string; rows: number; message: string } | undefined {
  const roles = new Map(columns.map(({ source, role }) => [source, role]))
  const candidates = issues.flatMap((issue) => {
    if (!('rows' in issue) || issue.severity !== 'error' || issue.rows <= mostRejected * sample.rows) return []
    const key = (issue.field || roles.get(issue.column ?? ''))?.split('.')[0]
    return key === undefined || key === 'prediction_id' || !draft.has(key) ? [] : [{ key, rows: issue.rows, message: issue.message }]
  })
  return candidates.sort((a, b) => b.rows - a.rows)[0]
}

function checkKnown({ model, modelType, environment, batchId }: KnownModel): void {
  const wrong = [
    model !== undefined && (typeof model !== 'string' || model.trim() === '') ? 'model must be a text that is not blank' : '',
    modelType !== undefined && !modelTypes.includes(modelType) ? `modelType must be one of ${modelTypes.join(', ')}` : '',
    environment !== undefined && !environments.includes(environment) ? `environment must be one of ${environments.join(', ')}` : '',
    batchId !== undefined && (typeof batchId !== 'string' || batchId.trim() === '') ? 'batchId must be a text that is not blank' : '',
  ].filter((text) => text !== '')
  if (wrong.length > 0)
    throw new ConfigError('CONFIG_INVALID', `${wrong.join('; ')}.`, { remedy: 'Correct them, or leave out what is not known.' })
}
