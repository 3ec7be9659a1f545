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
