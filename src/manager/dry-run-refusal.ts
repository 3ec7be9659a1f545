import { ConfigError } from '../errors.js'
import type { DryRunReport } from '../job/dry-run-report.js'
import type { Issue } from '../model/issue.js'

/** Everything that a failing dry run found, as one error. */
export function refusedByDryRun(id: string, report: DryRunReport<unknown>): ConfigError {
  const { access, errors, issues } = report
  const denied = access.filter(({ ok }) => !ok)
  const found = [
    ...denied.map(({ permission, message }) => `${permission}: ${message}`),
    ...errors.map(({ code, message }) => `${code}: ${message}`),
  ]
  const remedies = [...denied.map(({ remedy }) => remedy), ...errors.map(({ remedy }) => remedy)].filter((remedy) => remedy !== undefined)
  const all = new Set<Issue>([...issues, ...errors.flatMap((error) => error.issues)])
  return new ConfigError('DRY_RUN_FAILED', `The job "${id}" was not created, its dry run failed: ${found.join(' ')}`.slice(0, 2_000), {
    issues: [...all],
    location: errors[0]?.location,
    remedy: [...new Set(remedies)].join(' ').slice(0, 2_000) || 'Correct what was found, and create the job again.',
    cause: report,
  })
}
