import type { MappedBy } from '../mappers/model-schema/outline-columns.js'
import type { DataType } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import type { SampleIssue } from './map-sample.js'

/** The columns of one file under a model schema: plain data, which can be stored or sent to a page as JSON. */
export interface SchemaPreview {
  /** The columns fit, and of the sample's rows at least one was accepted (or there were none). */
  readonly ok: boolean
  readonly file: PreviewedFile
  /** What feeds the record, in the order of its keys. */
  readonly columns: readonly PreviewColumn[]
  /** Columns of the file that feed nothing. */
  readonly notMapped: readonly NotMappedColumn[]
  /** Columns that the schema takes by name, prefix or list, in the order of the file: they are never inferred as features. */
  readonly reserved: readonly string[]
  readonly sample: {
    readonly rows: number
    /** `null`, as `rejected`, when the columns do not fit: nothing was mapped. */
    readonly accepted: number | null
    readonly rejected: number | null
  }
  /** Of the columns first, then of rows of the sample, which have `row` (the first one) and `rows` (how many). */
  readonly issues: readonly (Issue | SampleIssue)[]
}

export interface PreviewedFile {
  readonly key: string
  readonly format: string
  /** Bytes as stored. */
  readonly size: number
  /** Columns of the file. */
  readonly columns: number
  /** Rows of the file, where the format says so beforehand. */
  readonly rows: number | null
  /** Why it was decoded in a thread although a process was wanted. */
  readonly isolationReduced?: string
}

/** What is seen of a column's cells. */
export interface SeenColumn {
  /** Name in the file. */
  readonly source: string
  /** In words: `text`, `64-bit floats`. */
  readonly type: string
  readonly dataType: DataType
  /** The type was taken from a sample, as of text files. */
  readonly guessed: boolean
  /** Different values, cut, unsafe characters escaped; an empty text is `""`. */
  readonly examples: readonly string[]
  /** Of the sample's rows, 0 to 1; `null` when there are none or the column cannot be read. */
  readonly nullShare: number | null
}

/** One column that feeds the record. */
export interface PreviewColumn extends SeenColumn {
  /** Key of the schema. */
  readonly role: string
  /** On the record: its key, or the name within `features`, `tags`, `shap_values`, an embedding or a detection. */
  readonly name: string
  readonly by: MappedBy
  readonly warnings: readonly (Issue | SampleIssue)[]
  readonly errors: readonly (Issue | SampleIssue)[]
}

export interface NotMappedColumn extends SeenColumn {
  /** `excluded` names it. */
  readonly why: 'excluded' | 'not named'
}
