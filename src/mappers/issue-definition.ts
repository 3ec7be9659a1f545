/** A code of the tables of issues. Words in braces are filled in. */
export interface IssueDefinition {
  readonly severity: 'error' | 'warning'
  /** What, where; never a cell. */
  readonly message: string
  readonly remedy: string
  /** What the field takes. */
  readonly expected?: string
}
