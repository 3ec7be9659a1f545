import type { FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import type { PlannedGroup } from './column-plan.js'
import { reservedNames, reservedSuffix } from './field-table.js'
import { embeddingsOf, type NormalOptions } from './normal-options.js'

/** Features, tags and embeddings whose names mean something else. */
export function nameIssues(file: FileSchema, options: NormalOptions, groups: readonly PlannedGroup[], inferred: boolean): Issue[] {
  const reserved = reservedNames[options.modelType] ?? []
  const fixFor = (field: string, name: string, column: string): Issue['fix'] => {
    if (reserved.includes(name)) return { action: 'add', field: name, column }
    return inferred && field === 'features' ? { action: 'add', field: 'exclude', column } : undefined
  }
  const of = (field: string, name: string, column: string): Issue[] => {
    const suffix = name.endsWith(reservedSuffix)
    if (!suffix && !reserved.includes(name)) return []
    const why = suffix ? `names ending in ${reservedSuffix} are of SHAP values` : `it is a field of ${options.modelType}`
    const remedy = suffix
      ? `Name another column, or give SHAP columns a prefix of their own in shap_values.`
      : `Name it under ${name} in the schema, or ${inferred && field === 'features' ? 'list it in exclude' : 'rename the column'}.`
    const fix = fixFor(field, name, column)
    return [issueOf('name-reserved', { column: quoted(column), why, remedy }, { field, column, ...(fix === undefined ? {} : { fix }) })]
  }
  return [
    ...groups
      .filter(({ row }) => row.key !== 'shap_values')
      .flatMap(({ row, names, columns }) => names.flatMap((name, i) => of(row.key, name, file.columns[columns[i] as number]?.name ?? ''))),
    ...embeddingsOf(options.schema).flatMap(({ feature_name, ...parts }) =>
      [feature_name, ...Object.values(parts)]
        .filter((name) => name.endsWith(reservedSuffix))
        .slice(0, 1)
        .flatMap((name) => of('embedding_features', name, name)),
    ),
  ]
}
