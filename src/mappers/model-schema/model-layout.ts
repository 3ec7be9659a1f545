import type { RecordField, RecordLayout } from '../record-layout.js'
import type { ColumnPlan } from './column-plan.js'

/** Keys that every record has, whether a column feeds them or not. */
const constantKeys = ['model', 'space', 'environment', 'model_version', 'batch_id', 'prediction_id', 'timestamp'] as const

/** The shape of a model's records: what all have, `features`, the fields of the schema, `tags`, `shap_values`, embeddings. */
export function recordLayout({ fields, structs, groups }: Pick<ColumnPlan, 'fields' | 'structs' | 'groups'>): RecordLayout {
  const common: ReadonlySet<string> = new Set(constantKeys)
  const group = (key: string): RecordField[] => groups.filter(({ row }) => row.key === key).map(({ names }) => ({ key, names }))
  const features = group('features')
  const embeddings = structs.flatMap(({ name }) => (name === undefined ? [] : [name]))
  return {
    fields: [
      ...constantKeys.map((key) => ({ key })),
      ...(features.length > 0 ? features : [{ key: 'features', names: [] }]),
      ...fields.map(({ row }) => ({ key: row.record ?? row.key })).filter(({ key }) => !common.has(key)),
      ...structs.filter(({ name }) => name === undefined).map(({ key }) => ({ key })),
      ...group('tags'),
      ...group('shap_values'),
      ...(embeddings.length > 0 ? [{ key: 'embedding_features', names: embeddings }] : []),
    ],
  }
}
