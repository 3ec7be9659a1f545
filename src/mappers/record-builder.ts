import { defaultBudgets } from '../model/budgets.js'
import { canGenerateCode } from './code-generation.js'
import { generatedRecords } from './generated-records.js'
import { plainRecords } from './plain-records.js'
import type { BuildRecords, RecordLayout } from './record-layout.js'

/**
 * A builder of records for one mapping. Every record has every key; a null cell is `null`. Nested objects have no
 * inherited members, whatever their names.
 *
 * Three ways give equal records: generated code where the host allows it and the record is narrow; templates where it
 * does not; plain dictionaries above `generatedNames` nested names, at any width.
 *
 * @param options.generatedNames most nested names in generated code. Default 256
 * @throws RangeError for the record key `__proto__`, which is not a key of any schema
 */
export function recordBuilder<R>(layout: RecordLayout, options: { readonly generatedNames?: number } = {}): BuildRecords<R> {
  if (layout.fields.some(({ key }) => key === '__proto__')) throw new RangeError('A record cannot have the key "__proto__".')
  const nested = layout.fields.reduce((sum, { names }) => sum + (names?.length ?? 0), 0)
  if (nested > (options.generatedNames ?? defaultBudgets.generatedNames)) return plainRecords<R>(layout, true)
  return canGenerateCode() ? generatedRecords<R>(layout) : plainRecords<R>(layout, false)
}
