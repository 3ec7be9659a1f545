/** Model types. `numeric` is regression, `score_categorical` classification. */
export type ModelType = 'numeric' | 'score_categorical' | 'multi_class' | 'ranking' | 'object_detection' | 'generative_llm'

/** Where the model made its predictions. */
export type Environment = 'production' | 'training' | 'validation'

export const modelTypes = [
  'numeric',
  'score_categorical',
  'multi_class',
  'ranking',
  'object_detection',
  'generative_llm',
] as const satisfies readonly ModelType[]

export const environments = ['production', 'training', 'validation'] as const satisfies readonly Environment[]
