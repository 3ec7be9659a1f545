import { checkOptions } from '../mappers/model-schema/check-options.js'
import { modelSchema } from '../mappers/model-schema/model-schema.js'
import { type OutlineColumn, outlineColumns } from '../mappers/model-schema/outline-columns.js'
import { parseModelSchema } from '../mappers/model-schema/parse-model-schema.js'
import { typeWords } from '../mappers/type-words.js'
import type { ColumnInfo, DataType } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import { ColumnSample } from './column-sample.js'
import type { GivenFile } from './given-file.js'
import { type Looked, lookAtColumns } from './look-at-columns.js'
import { mapSample, type SampleIssue } from './map-sample.js'
import { type OpenedFile, openFile } from './opened-file.js'
import { type CheckedLook, checkLook, type PreviewOptions } from './preview-options.js'
import type { PreviewColumn, SchemaPreview, SeenColumn } from './schema-preview.js'

/**
 * Shows what a model schema makes of a file, before any job is created: which column feeds which field, with examples,
 * what is left over, and what is wrong with the columns and the first rows. Writes nothing and remembers nothing.
 *
 * Example values are cells of the file: show them to its owner, keep them out of logs. Nothing else in the result holds a
 * cell.
 *
 * @param schema what `modelSchema` or `parseModelSchema` takes
 * @throws ConfigError `CONFIG_INVALID` for a schema that no file could fit, with every issue
 * @throws SourceError and DecodeError when the file cannot be read; a schema that does not fit is no error but issues
 * @example
 * const preview = await previewSchema('inbox/monday.csv', {
 *   model: 'clicks', modelType: 'score_categorical', environment: 'production',
 *   schema: { prediction_id: 'id', prediction_label: 'label', features: 'feature/' },
 * })
 * console.log(previewText(preview))
 */
export async function previewSchema(file: GivenFile, schema: unknown, options: PreviewOptions = {}): Promise<SchemaPreview> {
  const look = checkLook(options)
  // Before any byte is read: nothing in the file could make it right.
  parseModelSchema(schema)
  return await openFile(file, look, async (opened) => {
    const seen = new Map<number, ColumnSample>()
    const looked = await lookAtColumns(opened, look, (index, column, rows) => {
      const sample = seen.get(index) ?? new ColumnSample(look.examples, look.exampleCharacters)
      seen.set(index, sample)
      for (const rowIndex of rows) sample.add(column, rowIndex)
    })
    return await previewOpened(opened, looked, seen, schema, look)
  })
}

/** The same of a file that was looked at already. */
export async function previewOpened(
  opened: OpenedFile,
  looked: Looked,
  seen: ReadonlyMap<number, ColumnSample>,
  schema: unknown,
  look: CheckedLook,
): Promise<SchemaPreview> {
  const options = parseModelSchema(schema)
  const { columns, unmapped, issues } = outlineColumns(looked.schema, checkOptions(options))
  const fits = issues.every(({ severity }) => severity !== 'error')
  const mapped = fits ? await mapSample(opened, modelSchema(options), look) : null
  const allIssues = [...issues, ...(mapped?.issues ?? [])]
  const infoAt = (index: number): ColumnInfo => looked.schema.columns[index] as ColumnInfo
  const see = (index: number, type: DataType): SeenColumn => ({
    source: infoAt(index).name,
    type: typeWords(type),
    dataType: type,
    guessed: infoAt(index).guessed === true,
    examples: seen.get(index)?.examples ?? [],
    nullShare: seen.get(index)?.nullShare ?? null,
  })
  const byColumn = groupByColumn(allIssues)
  return {
    ok: mapped !== null && (mapped.rows === 0 || mapped.accepted > 0),
    file: {
      key: opened.key,
      format: opened.format,
      size: opened.size,
      columns: looked.schema.columns.length,
      rows: looked.rowCount,
      ...(opened.reduced === null ? {} : { isolationReduced: opened.reduced }),
    },
    columns: columns.map((column): PreviewColumn => {
      const its = (byColumn.get(infoAt(column.column).name) ?? []).filter((issue) => belongs(issue, column))
      return {
        role: column.role,
        name: column.name,
        by: column.by,
        ...see(column.column, column.as),
        warnings: its.filter(({ severity }) => severity === 'warning'),
        errors: its.filter(({ severity }) => severity === 'error'),
      }
    }),
    notMapped: unmapped.map(({ column, excluded }) => ({
      ...see(column, infoAt(column).type),
      why: excluded ? ('excluded' as const) : ('not named' as const),
    })),
    reserved: [...new Set(columns.filter(({ by }) => by !== 'inference').map(({ column }) => column))]
      .sort((a, b) => a - b)
      .map((index) => infoAt(index).name),
    sample: { rows: mapped?.rows ?? looked.rows, accepted: mapped?.accepted ?? null, rejected: mapped?.rejected ?? null },
    issues: allIssues,
  }
}

function groupByColumn(issues: readonly (Issue | SampleIssue)[]): Map<string, (Issue | SampleIssue)[]> {
  const groups = new Map<string, (Issue | SampleIssue)[]>()
  for (const issue of issues) {
    if (issue.column === undefined) continue
    const group = groups.get(issue.column)
    if (group === undefined) groups.set(issue.column, [issue])
    else group.push(issue)
  }
  return groups
}

/** Does an issue of a column concern this use of it? One without a field concerns every use; a field may name a part. */
function belongs({ field }: Issue, { role }: OutlineColumn): boolean {
  return field === undefined || field === '' || field === role || field === `${role}_list` || field.startsWith(`${role}.`)
}
