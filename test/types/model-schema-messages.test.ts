import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One mistake each, and the middle of what the compiler says about it. */
const mistakes: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'a misspelt key': [
    `modelSchema({ model: 'm', modelType: 'score_categorical', environment: 'production', schema: { prediction_id: 'id', prediction_label: 'l', prediction_lable: 'x' } })`,
    'SchemaProblem<"prediction_lable is not a field of score_categorical">',
  ],
  'nothing to measure': [
    `modelSchema({ model: 'm', modelType: 'score_categorical', environment: 'production', schema: { prediction_id: 'id' } })`,
    `'prediction_id' does not exist in type 'SchemaProblem<"a score_categorical model needs prediction_label or prediction_score; delayed actuals need actual_label or actual_score">'`,
  ],
  'a rank without its group': [
    `modelSchema({ model: 'm', modelType: 'ranking', environment: 'production', schema: { prediction_id: 'id', rank: 'r' } })`,
    `does not exist in type 'SchemaProblem<"rank needs prediction_group_id beside it">'`,
  ],
  'training without actual values': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'training', schema: { prediction_id: 'id', prediction_score: 'p' } })`,
    `does not exist in type 'SchemaProblem<"training data of a numeric model needs actual_score or actual_label beside the prediction">'`,
  ],
  'validation without a batch id': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'validation', schema: { prediction_id: 'id', prediction_score: 'p', actual_score: 'a' } })`,
    `Property '"validation data needs batchId, or a batch_id column"' is missing in type`,
  ],
  'no prediction_id': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_score: 'p' } })`,
    `Property 'prediction_id' is missing in type '{ prediction_score: string; }' but required in type 'CommonSchema'`,
  ],
  'no model': [
    `modelSchema({ modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p' } })`,
    `but required in type 'ModelConstants'`,
  ],
  'a numeric model: a field of another type': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p', rank: 'r' } })`,
    'SchemaProblem<"rank is not a field of numeric">',
  ],
  'a numeric model: nothing to measure': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', tags: 't/' } })`,
    'SchemaProblem<"a numeric model needs prediction_score or prediction_label; delayed actuals need actual_score or actual_label">',
  ],
  'a multi-class model: labels in place of scores': [
    `modelSchema({ model: 'm', modelType: 'multi_class', environment: 'production', schema: { prediction_id: 'id', prediction_label: 'l' } })`,
    'SchemaProblem<"a multi_class model needs prediction_scores; delayed actuals need actual_scores">',
  ],
  'a multi-class model: thresholds alone': [
    `modelSchema({ model: 'm', modelType: 'multi_class', environment: 'production', schema: { prediction_id: 'id', threshold_scores: 't', actual_scores: 'a' } })`,
    'SchemaProblem<"threshold_scores needs prediction_scores beside it">',
  ],
  'a multi-class model: training without the truth': [
    `modelSchema({ model: 'm', modelType: 'multi_class', environment: 'training', schema: { prediction_id: 'id', prediction_scores: 'p' } })`,
    'SchemaProblem<"training data of a multi_class model needs actual_scores beside the prediction">',
  ],
  'a ranking: a score without its rank': [
    `modelSchema({ model: 'm', modelType: 'ranking', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p', relevance_score: 's' } })`,
    'SchemaProblem<"prediction_score needs rank beside it">',
  ],
  'a ranking: training without relevance': [
    `modelSchema({ model: 'm', modelType: 'ranking', environment: 'training', schema: { prediction_id: 'id', prediction_group_id: 'g', rank: 'r' } })`,
    'SchemaProblem<"training data of a ranking model needs relevance_label or relevance_score beside the prediction">',
  ],
  'an object detection: a column name where columns belong': [
    `modelSchema({ model: 'm', modelType: 'object_detection', environment: 'production', schema: { prediction_id: 'id', prediction_object_detection: 'boxes' } })`,
    `Type 'string' is not assignable to type 'BoxColumns | PolygonColumns | undefined'`,
  ],
  'an object detection: boxes without categories': [
    `modelSchema({ model: 'm', modelType: 'object_detection', environment: 'production', schema: { prediction_id: 'id', prediction_object_detection: { coordinates_column: 'b' } } })`,
    `Type '{ coordinates_column: string; }' is missing the following properties from type 'PolygonColumns': polygons_column, categories_column`,
  ],
  'an object detection: labels': [
    `modelSchema({ model: 'm', modelType: 'object_detection', environment: 'production', schema: { prediction_id: 'id', prediction_label: 'l' } })`,
    'SchemaProblem<"a object_detection model needs prediction_object_detection; delayed actuals need actual_object_detection">',
  ],
  'a language model: training with a score alone': [
    `modelSchema({ model: 'm', modelType: 'generative_llm', environment: 'training', schema: { prediction_id: 'id', prediction_label: 'l', actual_score: 'a' } })`,
    'SchemaProblem<"training data of a generative_llm model needs actual_label beside the prediction">',
  ],
  'a language model: nothing to measure': [
    `modelSchema({ model: 'm', modelType: 'generative_llm', environment: 'production', schema: { prediction_id: 'id', prompt_template: 'p' } })`,
    'SchemaProblem<"a generative_llm model needs prediction_label or prediction_score; delayed actuals need actual_label or actual_score">',
  ],
  'an embedding without its vector': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p', embedding_features: [{ feature_name: 'e' }] } })`,
    `Property 'vector_column' is missing in type '{ feature_name: string; }' but required in type 'EmbeddingColumns'`,
  ],
  'an unknown word for a column type': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p', column_types: { p: 'double' } } })`,
    `Type '"double"' is not assignable to type 'ColumnType'`,
  ],
  'an unknown environment': [
    `modelSchema({ model: 'm', modelType: 'numeric', environment: 'staging', schema: { prediction_id: 'id', prediction_score: 'p' } })`,
    `Type '"staging"' is not assignable to type 'Environment'`,
  ],
  'a number taken for text': [
    `declare const record: RecordOf<typeof numeric>; const text: string = record.prediction_score`,
    `Type 'number | null' is not assignable to type 'string'`,
  ],
  'an unknown model type': [
    `modelSchema({ model: 'm', modelType: 'classification', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p' } })`,
    `Type '"classification"' is not assignable to type 'ModelType'`,
  ],
  'a field that the schema does not name': [
    `declare const record: RecordOf<typeof numeric>; record.relevance_label`,
    `Property 'relevance_label' does not exist on type '{ readonly model: string;`,
  ],
}

const prelude = `
import { modelSchema } from './src/mappers/model-schema/model-schema.js'
import type { RecordOf } from './src/contracts/schema-mapper.js'
const numeric = modelSchema({ model: 'm', modelType: 'numeric', environment: 'production', schema: { prediction_id: 'id', prediction_score: 'p' } })
void numeric
export type Used = RecordOf<typeof numeric>
`

/** What the compiler says about each program, all checked in one go. */
function diagnosticsOf(programs: readonly string[]): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile) as { config: { compilerOptions: object } }
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, paths: {} }, root)
  const host = ts.createCompilerHost(options)
  const virtual = new Map(programs.map((code, i) => [`${root}message-${i}.ts`, `${prelude}${code}`]))
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => virtual.has(name) || fileExists(name)
  host.readFile = (name) => virtual.get(name) ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) => {
    const code = virtual.get(name)
    return code === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, code, version)
  }
  const program = ts.createProgram([...virtual.keys()], options, host)
  return [...virtual.keys()].map((name) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('\n'),
  )
}

describe('a schema that cannot work does not compile, and says why', () => {
  const names = Object.keys(mistakes)
  const said = diagnosticsOf([...Object.values(mistakes).map(([code]) => code), ''])

  it.each(names)('%s', (name) => {
    expect(said[names.indexOf(name)]).toContain(mistakes[name]?.[1])
  })

  it('a schema that can work compiles', () => {
    expect(said.at(-1)).toBe('')
  })
})
