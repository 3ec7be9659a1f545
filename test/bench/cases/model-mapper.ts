import { modelSchema, type RecordOf } from 'lading'
import { vectorColumn, windowYears } from '../bench-columns.js'

const common = {
  model: 'bench',
  modelType: 'score_categorical',
  environment: 'production',
  timestampWindow: { past: windowYears, future: windowYears },
} as const
const schema = {
  prediction_id: 'id',
  timestamp: 'ts',
  prediction_label: 'label',
  prediction_score: 'score',
  actual_label: 'actual',
  features: 'feature_',
  tags: 'tag_',
} as const

/** Maps and checks the 35 columns as a host would write it. */
export const modelMapper = () => modelSchema({ ...common, schema })

/** As {@link modelMapper}, and the vector as an embedding. Throws where the library cannot map embeddings. */
export const embeddingMapper = () =>
  modelSchema({
    ...common,
    schema: { ...schema, embedding_features: [{ feature_name: vectorColumn.name, vector_column: vectorColumn.name }] },
  })

export type BenchRecord = RecordOf<ReturnType<typeof modelMapper>>
