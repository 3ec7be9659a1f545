import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import type { SchemaEdition } from './importer-plan.js'

/** Maps the log. Without tags, as first deployed, or with them. */
export const logMapper = (schema: SchemaEdition) =>
  modelSchema({
    model: 'crash-test',
    modelType: 'numeric',
    environment: 'production',
    timestampWindow: { past: 100, future: 1 },
    schema: {
      prediction_id: 'prediction_id',
      timestamp: 'prediction_ts',
      prediction_score: 'score',
      actual_score: 'actual',
      features: 'feature_',
      ...(schema === 2 ? { tags: 'tag_' } : {}),
    },
  })
