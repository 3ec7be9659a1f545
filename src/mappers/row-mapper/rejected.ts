import type { Issue } from '../../model/issue.js'

let make: (issues: readonly Issue[]) => Rejected

/** What `reject` returns; nothing else makes one, so a row function's records never look like it. */
export class Rejected {
  readonly issues: readonly Issue[]

  private constructor(issues: readonly Issue[]) {
    this.issues = issues
  }

  static {
    make = (issues) => new Rejected(issues)
  }
}

/** For the mapper alone. */
export function rejectedWith(issue: Issue): Rejected {
  return make([issue])
}
