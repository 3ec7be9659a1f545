import type { Mapping, SchemaMapper } from '../contracts/schema-mapper.js'
import { detectFormat, stripCompression } from '../decoders/detect/detect-format.js'
import { type ImportError, MappingError } from '../errors.js'
import { unpack } from '../isolation/unpack.js'
import type { DataType, FileSchema } from '../model/data-type.js'
import type { FileContext } from '../model/file.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { DryRunFile, DryRunIssue } from './dry-run-report.js'
import { compressedOutside, tooLarge, tooLate } from './file-errors.js'
import { openGuarded, sourceErrorFrom } from './guarded-reader.js'
import { IssueKinds } from './issue-kinds.js'
import type { JobContext } from './job-context.js'
import { readHead } from './open-bytes.js'
import { refusal } from './row-policy.js'
import { windowedBytes } from './windowed-bytes.js'

const MOST_RECORDS = 100

export interface SampleOptions {
  /** Rows to read. */
  readonly rows: number
  /** Types that were guessed from files before: the first one's hold for all, as in an import. */
  readonly pins: Map<string, DataType>
}

export interface SampledFile<R> extends DryRunFile {
  /** As the file alone would have it, before types of other files were put on it. */
  readonly guessed: FileSchema | null
  /** By name, what the mapping reads a column as. */
  readonly readAs: ReadonlyMap<string, DataType>
  readonly records: readonly R[]
}

/** Opens, decodes and maps the first rows of a file, where an import would. Never throws for what is wrong with the file. */
export async function sampleFile<R>(
  job: JobContext,
  mapper: SchemaMapper<R>,
  object: ObjectInfo,
  options: SampleOptions,
  outer: AbortSignal,
): Promise<SampledFile<R>> {
  const sample = new FileSample<R>(job, object)
  const late = new AbortController()
  const { fileDeadlineMs } = job.budgets
  const timer = setTimeout(() => late.abort(tooLate(object.key, fileDeadlineMs)), Math.min(fileDeadlineMs, 2 ** 31 - 1))
  try {
    await sample.read(mapper, options, AbortSignal.any([outer, late.signal]))
    return sample.result(null)
  } catch (thrown) {
    outer.throwIfAborted()
    return sample.result(sourceErrorFrom(thrown, object.key))
  } finally {
    clearTimeout(timer)
  }
}

class FileSample<R> {
  readonly #job: JobContext
  readonly #object: ObjectInfo
  readonly #issues: IssueKinds
  readonly #records: R[] = []
  #format: string | null = null
  #guessed: FileSchema | null = null
  #schema: FileSchema = { columns: [] }
  #mapping: Mapping<R> | null = null
  #rowCount: number | null = null
  #rowsRead = 0
  #rowsRejected = 0

  constructor(job: JobContext, object: ObjectInfo) {
    this.#job = job
    this.#object = object
    this.#issues = new IssueKinds(object.key)
  }

  async read(mapper: SchemaMapper<R>, options: SampleOptions, signal: AbortSignal): Promise<void> {
    const { budgets, clock, decoders, id, isolation, source } = this.#job
    const { key, size } = this.#object
    if (size > budgets.fileBytes) throw tooLarge({ key, size }, budgets.fileBytes)
    const reader = await openGuarded(source, this.#object, budgets, clock, signal)
    try {
      const { name, compression } = stripCompression(key)
      const stored = windowedBytes(reader, name)
      const bytes = unpack(stored, compression, budgets)
      const decoder = detectFormat(name, await readHead(bytes, { signal }), decoders)
      this.#format = decoder.format
      if (decoder.seeks === true && bytes.read === undefined) throw compressedOutside(key, decoder.format)
      const exchange = await isolation.open({ jobId: id, decoder, mapper, stored, compression, budgets, alone: false, signal })
      try {
        this.#guessed = exchange.schema
        this.#rowCount = exchange.rowCount ?? null
        this.#schema = pinned(exchange.schema, options.pins)
        const { rows: mostRows } = options
        const batchRows = Math.min(budgets.batchRows, 8 * Math.ceil(mostRows / 8))
        const { mapping, rows } = exchange.start({ schema: this.#schema, file: this.#context(), batchRows, batchBytes: budgets.batchBytes })
        this.#mapping = mapping
        this.#issues.warn(mapping.warnings ?? [])
        let ended = true
        for await (const mapped of rows) {
          this.#issues.add(mapped, this.#schema)
          this.#rowsRead += mapped.rowsRead
          this.#rowsRejected += mapped.rejected.rowCount
          const most = Math.min(mapped.accepted.rowCount, Math.min(MOST_RECORDS, mostRows) - this.#records.length)
          this.#records.push(...mapping.build(mapped.accepted, 0, most))
          if (this.#rowsRead < mostRows) continue
          ended = false
          break
        }
        if (ended) this.#rowCount = this.#rowsRead
      } finally {
        await exchange.close()
      }
    } finally {
      await reader.close()
    }
    this.#judge()
  }

  result(error: ImportError | null): SampledFile<R> {
    const { key, size } = this.#object
    const reads = this.#mapping?.reads.map(({ index, as }) => [this.#schema.columns[index]?.name ?? '', as] as const) ?? []
    const ofError = (error?.issues ?? []).map((issue): DryRunIssue => ({ ...issue, key }))
    return {
      key,
      size,
      format: this.#format,
      columns: this.#schema.columns,
      reads: reads.map(([name]) => name),
      rowCount: this.#rowCount,
      rowsRead: this.#rowsRead,
      rowsAccepted: this.#rowsRead - this.#rowsRejected,
      rowsRejected: this.#rowsRejected,
      issues: this.#issues.size > 0 ? this.#issues.list : ofError,
      error,
      guessed: this.#guessed,
      readAs: new Map(reads),
      records: this.#records,
    }
  }

  /** Would the policy on rejected rows refuse the file, by these rows alone? */
  #judge(): void {
    const [read, rejected] = [this.#rowsRead, this.#rowsRejected]
    if (rejected === 0) return
    const policy = refusal(this.#job.settings, { rowsRead: read, rowsRejected: rejected }, this.#rowCount ?? undefined)
    const why = policy ?? (rejected === read ? 'that is every one that was read' : null)
    if (why === null) return
    const issues = this.#issues.list.filter(({ severity }) => severity === 'error')
    const [first] = issues
    const { key } = this.#object
    throw new MappingError('TOO_MANY_REJECTED', `${rejected} of the first ${read} rows of "${key}" are rejected; ${why}.`, {
      location: { key, row: first?.row, column: first?.column },
      issues,
      remedy: 'Correct the schema, or mend the rows; see the issues.',
    })
  }

  #context(): FileContext {
    const { key, version, size, lastModified } = this.#object
    const now = this.#job.clock.now()
    return { jobId: this.#job.id, key, version, generation: 1, size, schemaVersion: 0, sourceTime: lastModified ?? now, asOf: now }
  }
}

function pinned({ columns }: FileSchema, pins: Map<string, DataType>): FileSchema {
  return {
    columns: columns.map((column) => {
      if (column.guessed !== true) return column
      const type = pins.get(column.name) ?? column.type
      pins.set(column.name, type)
      return { ...column, type }
    }),
  }
}
