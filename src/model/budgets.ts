/** Limits on what one file may cost. All are options, all are enforced before anything of that size is allocated. */
export interface Budgets {
  /** Largest object, bytes. @defaultValue 1 GiB */
  readonly fileBytes: number
  /** Decoded bytes per stored byte, judged above 64 MiB decoded. @defaultValue 200 */
  readonly amplification: number
  /** Decoded bytes of one row group or block. @defaultValue 256 MiB */
  readonly groupBytes: number
  /** Rows of a batch, a multiple of 8. @defaultValue 2048 */
  readonly batchRows: number
  /** Decoded bytes of a batch. @defaultValue 4 MiB */
  readonly batchBytes: number
  /** Bytes of one cell. @defaultValue 16 MiB */
  readonly cellBytes: number
  /** Columns of a file. @defaultValue 10000 */
  readonly columns: number
  /** Levels of lists and structs in a column. @defaultValue 32 */
  readonly nesting: number
  /** Bytes of a file's own schema: footer, header. @defaultValue 4 MiB */
  readonly schemaBytes: number
  /** Bytes read ahead of the decoder. @defaultValue 1 MiB */
  readonly inputBytes: number
  /** Batches decoded ahead of the sink. @defaultValue 2 */
  readonly aheadBatches: number
  /** Longest silence of one read from the source, ms. @defaultValue 30000 */
  readonly readIdleMs: number
  /** Longest time for one attempt at one file, ms. @defaultValue 30 min */
  readonly fileDeadlineMs: number
  /** Memory of a far side beyond its start, bytes. @defaultValue 256 MiB */
  readonly farSideBytes: number
  /** How often a far side tells that it lives, ms. @defaultValue 1000 */
  readonly pulseMs: number
  /** Silence after which a far side is killed, ms. @defaultValue 10000 */
  readonly silentMs: number
  /** Most names in a generated record builder; wider records use stores. @defaultValue 256 */
  readonly generatedNames: number
}

const MiB = 1024 * 1024

export const defaultBudgets: Budgets = Object.freeze({
  fileBytes: 1024 * MiB,
  amplification: 200,
  groupBytes: 256 * MiB,
  batchRows: 2048,
  batchBytes: 4 * MiB,
  cellBytes: 16 * MiB,
  columns: 10_000,
  nesting: 32,
  schemaBytes: 4 * MiB,
  inputBytes: MiB,
  aheadBatches: 2,
  readIdleMs: 30_000,
  fileDeadlineMs: 30 * 60_000,
  farSideBytes: 256 * MiB,
  pulseMs: 1_000,
  silentMs: 10_000,
  generatedNames: 256,
})
