import type { ColumnRead } from '../../contracts/file-decoder.js'
import type { AcceptedRows, MappedRows, Mapping } from '../../contracts/schema-mapper.js'
import { MappingError } from '../../errors.js'
import type { Column, ColumnGroup } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import { compactColumn, keptRuns } from '../../model/compact-column.js'
import type { ColumnInfo, FileSchema } from '../../model/data-type.js'
import type { FileContext } from '../../model/file.js'
import { CheckTable } from '../check-table.js'
import { constantText, constantTime } from '../constant-column.js'
import { checkOf } from '../issue-codes.js'
import { recordBuilder } from '../record-builder.js'
import type { BuildRecords } from '../record-layout.js'
import { RowLog } from '../row-log.js'
import { sourceRows } from '../source-rows.js'
import { typeWords } from '../type-words.js'
import { typedColumn } from '../typed-column.js'
import { type ColumnPlan, planColumns } from './column-plan.js'
import type { CrossCheck } from './cross-check.js'
import { crossChecks, sideOf } from './field-table.js'
import { recordLayout } from './model-layout.js'
import type { NormalOptions } from './normal-options.js'
import { sideCheck } from './row-sides.js'
import type { Step } from './slot.js'
import type { StructKind } from './struct-kind.js'

/**
 * Compiles the options for one file's columns.
 *
 * @throws MappingError `SCHEMA_MISMATCH` with every issue that the columns reveal
 */
export function compileMapping<R>(options: NormalOptions, schema: FileSchema, file: FileContext): Mapping<R> {
  const plan = planColumns(schema, options)
  const errors = plan.issues.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const shown = errors.slice(0, 3).map(({ message }) => message)
    const more = errors.length > shown.length ? ` And ${errors.length - shown.length} more.` : ''
    throw new MappingError('SCHEMA_MISMATCH', `The columns do not fit the model schema. ${shown.join(' ')}${more}`, {
      location: { key: file.key },
      issues: plan.issues,
      remedy: errors[0]?.remedy,
    })
  }
  return new ModelMapping<R>(plan, options, schema, file)
}

interface Target {
  readonly key: string
  /** Index into the batch's columns. */
  readonly position: number
  readonly step: Step | null
}
interface StructTarget {
  readonly key: string
  /** Within the record's key, for one of many. */
  readonly name: string | undefined
  readonly parts: readonly Target[]
  readonly join: ReturnType<StructKind['join']>
}
interface CrossTarget {
  readonly keys: readonly string[]
  readonly indexes: readonly number[]
  readonly check: ReturnType<CrossCheck['check']>
}

class ModelMapping<R> implements Mapping<R> {
  readonly reads: ColumnPlan['reads']
  readonly warnings: ColumnPlan['issues']
  readonly #file: FileContext
  readonly #table = new CheckTable()
  /** The schema's key that each column is read for. */
  readonly #fieldOf: ReadonlyMap<number, string>
  readonly #typed: readonly ((column: Column, log: RowLog) => Column)[]
  readonly #fields: readonly Target[]
  readonly #structs: readonly StructTarget[]
  readonly #crossChecks: readonly CrossTarget[]
  readonly #groups: readonly { readonly key: string; readonly names: readonly string[]; readonly members: readonly Target[] }[]
  readonly #constants: Readonly<Record<string, (rowCount: number) => Column>>
  readonly #checkSides: ReturnType<typeof sideCheck>
  readonly #sideOf: ReadonlyMap<string, 'prediction' | 'actual'>
  readonly #keys: readonly string[]
  readonly #layout: ReturnType<typeof recordLayout>
  #builder: BuildRecords<R> | undefined

  constructor(plan: ColumnPlan, options: NormalOptions, schema: FileSchema, file: FileContext) {
    const table = this.#table
    const { reads, fields, structs, groups } = plan
    this.#file = file
    this.reads = reads
    this.warnings = plan.issues
    const positions = new Map(reads.map(({ index }, position) => [index, position]))
    const receivedAt = (column: number): string => typeWords((reads[positions.get(column) as number] as ColumnRead).as)
    const target = (field: string, key: string, column: number, makeStep: (typeof fields)[number]['row']['slot']['step']): Target => ({
      key,
      position: positions.get(column) as number,
      step: makeStep?.({ field, column, received: receivedAt(column), options, file, table }, infoAt(schema, column)) ?? null,
    })
    const fieldOf: ReadonlyMap<number, string> = new Map([
      ...groups.flatMap(({ row, columns }) => columns.map((column) => [column, row.key] as const)),
      ...structs.flatMap(({ field, parts }) => parts.map(({ part, column }) => [column, `${field}.${part.key}`] as const)),
      ...fields.map(({ row, column }) => [column, row.key] as const),
    ])
    this.#fieldOf = fieldOf
    this.#typed = reads.map(({ index, as }) => {
      const { name } = infoAt(schema, index)
      const check = table.number(checkOf('value-type', { expected: typeWords(as) }, { field: fieldOf.get(index) ?? '' }))
      return (column, log) => typedColumn(column, as, name, (rowIndex) => log.add(rowIndex, check, index))
    })
    this.#fields = fields.map(({ row, column }) => target(row.key, row.record ?? row.key, column, row.slot.step))
    this.#structs = structs.map(({ key, name, field, kind, parts }) => ({
      key,
      name,
      parts: parts.map(({ part, column }) => target(`${field}.${part.key}`, part.name, column, part.slot.step)),
      join: kind.join({ field, options, file, table, parts: parts.map(({ part, column }) => ({ name: part.name, column })) }),
    }))
    const indexOf = new Map(fields.map(({ row, column }) => [row.key, column]))
    this.#crossChecks = crossChecks.flatMap(({ fields: keys, check }): CrossTarget[] => {
      const indexes = keys.flatMap((key) => indexOf.get(key) ?? [])
      return indexes.length === keys.length ? [{ keys, indexes, check: check({ table, options }) }] : []
    })
    this.#groups = groups.map(({ row, names, columns }) => ({
      key: row.key,
      names,
      members: columns.map((column) => target(row.key, row.key, column, row.slot.step)),
    }))
    this.#constants = {
      model: constantText(options.model, 0),
      space: constantText(options.space, 1),
      environment: constantText(options.environment, 2),
      model_version: constantText(options.modelVersion, 3),
      batch_id: constantText(options.batchId, 4),
      timestamp: constantTime(file.asOf),
    }
    const sides = [
      ...fields.map(({ row }) => ({ key: row.key, side: sideOf(row, options.environment) })),
      ...structs.map(({ key, side }) => ({ key, side })),
    ]
    this.#sideOf = new Map(sides.flatMap(({ key, side }) => (side === undefined ? [] : [[key, side] as const])))
    const onSide = (side: string): string[] => [...this.#sideOf].flatMap(([key, its]) => (its === side ? [key] : []))
    const shap = groups.some(({ row }) => row.key === 'shap_values') ? ['shap_values'] : []
    this.#checkSides = sideCheck(options.environment, { prediction: onSide('prediction'), actual: onSide('actual'), shap }, table)
    this.#layout = recordLayout(plan)
    this.#keys = this.#layout.fields.map(({ key }) => key)
  }

  apply(batch: ColumnBatch): MappedRows {
    const log = new RowLog(this.#table, batch.rowCount)
    if (batch.issues !== undefined) log.merge(batch.issues, this.#fieldOf)
    const read = this.#typed.map((type, position) => type(this.#columnAt(batch, position), log))
    const run = ({ position, step }: Target): Column => (step === null ? (read[position] as Column) : step(read[position] as Column, log))
    const fields = new Map(this.#fields.map((target) => [target.key, run(target)]))
    const groups = new Map(
      this.#groups.map(({ key, names, members }): [string, ColumnGroup] => [key, { kind: 'group', names, columns: members.map(run) }]),
    )
    for (const { key, name, parts, join } of this.#structs) {
      const column = join(parts.map(run), log)
      if (name === undefined) fields.set(key, column)
      else {
        const group = groups.get(key) ?? { kind: 'group', names: [], columns: [] }
        groups.set(key, { ...group, names: [...group.names, name], columns: [...group.columns, column] })
      }
    }
    const onSide = (side: string): Column[] => [...fields].flatMap(([key, column]) => (this.#sideOf.get(key) === side ? [column] : []))
    this.#checkSides({ prediction: onSide('prediction'), actual: onSide('actual'), shap: groups.get('shap_values')?.columns ?? [] }, log)
    for (const { keys, indexes, check } of this.#crossChecks)
      check(
        keys.map((key) => fields.get(key)),
        log,
        indexes,
      )

    const rowCount = batch.rowCount - log.rejectedCount
    const keep = keeper(log, rowCount)
    const columns = Object.fromEntries(
      this.#keys.map((key): [string, Column | ColumnGroup] => {
        const column = fields.get(key)
        if (column !== undefined) return [key, keep(column)]
        const group = groups.get(key)
        if (group !== undefined) return [key, { ...group, columns: group.columns.map(keep) }]
        return [key, this.#constants[key]?.(rowCount) ?? { kind: 'group', names: [], columns: [] }]
      }),
    )
    const issues = log.finish()
    return {
      rowsRead: batch.rowCount,
      firstRow: batch.firstRow,
      accepted: { rowCount, columns, sourceRows: sourceRows(log, batch.firstRow) },
      rejected: { rowCount: log.rejectedCount, ...(issues === undefined ? {} : { issues }) },
    }
  }

  build(rows: AcceptedRows, from: number, to: number): R[] {
    this.#builder ??= recordBuilder<R>(this.#layout)
    return this.#builder(rows.columns, from, to)
  }

  #columnAt(batch: ColumnBatch, position: number): Column {
    const column = batch.columns[position]
    if (column !== undefined && column.length === batch.rowCount) return column
    throw new MappingError(
      'MAPPER_FAILED',
      `The decoder gave ${batch.columns.length} columns of which one is missing or not ${batch.rowCount} rows long.`,
      {
        location: { key: this.#file.key, row: batch.firstRow },
        remedy: 'A decoder must give every column it was asked for, all of one length; report this to the author of the decoder.',
      },
    )
  }
}

/** Takes rejected rows out of a column; a column that serves two fields is compacted once. */
function keeper(log: RowLog, rowCount: number): (column: Column) => Column {
  if (log.rejectedCount === 0) return (column) => column
  const runs = keptRuns(log.rejects)
  const kept = new Map<Column, Column>()
  return (column) => {
    const known = kept.get(column)
    if (known !== undefined) return known
    const compact = compactColumn(column, runs, rowCount)
    kept.set(column, compact)
    return compact
  }
}

function infoAt(schema: FileSchema, index: number): ColumnInfo {
  return schema.columns[index] as ColumnInfo
}
