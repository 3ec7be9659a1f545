import type { Issue } from '../../model/issue.js'
import { issueOf } from '../issue-codes.js'

/** As many of one code as a person can use. */
const listedPerCode = 50

/** The first issues of each code; the others are counted. A file may have ten thousand columns that are wrong alike. */
export function boundedIssues(issues: readonly Issue[]): Issue[] {
  const counts = new Map<string, number>()
  const listed = issues.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return count <= listedPerCode
  })
  const left = issues.length - listed.length
  return left === 0 ? listed : [...listed, issueOf('issues-left-out', { count: left })]
}
