import type { Check, Fix, Issue } from '../model/issue.js'
import { columnIssues } from './column-issues.js'
import type { IssueDefinition } from './issue-definition.js'
import { optionIssues } from './option-issues.js'
import { rowIssues } from './row-issues.js'

/**
 * Every issue that the built-in mappers make; docs/reference/issues.md lists the same. Codes are stable. Messages say
 * what, where and what was expected, and never hold a cell.
 */
export const issueCodes = { ...optionIssues, ...columnIssues, ...rowIssues } as const

export type IssueCode = keyof typeof issueCodes

/** A check or issue of the table with its words filled in. */
export function checkOf(
  code: IssueCode,
  words: Readonly<Record<string, string | number>>,
  more: { readonly field?: string; readonly received?: string; readonly fix?: Fix } = {},
): Check {
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_, word: string) => String(Object.hasOwn(words, word) ? words[word] : (more.field ?? '')))
  const { severity, message, remedy, expected }: IssueDefinition = issueCodes[code]
  return {
    code,
    severity,
    message: fill(message),
    remedy: fill(remedy),
    ...(expected === undefined ? {} : { expected: fill(expected) }),
    ...more,
  }
}

/** The same, as an issue of a column of the file or of an option. */
export function issueOf(
  code: IssueCode,
  words: Readonly<Record<string, string | number>>,
  more: { readonly field?: string; readonly received?: string; readonly fix?: Fix; readonly column?: string } = {},
): Issue {
  const { column, ...rest } = more
  return { ...checkOf(code, words, rest), ...(column === undefined ? {} : { column }) }
}

/** A name from outside, for a message: quoted, escaped, bounded. */
export function quoted(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 79)}…`)
}
