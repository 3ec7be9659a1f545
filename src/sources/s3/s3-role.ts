import { isRoleArn } from '../../access/policy-inputs.js'
import { ConfigError } from '../../errors.js'
import { checkKnownOptions } from '../known-options.js'

/** A role in the customer's account. May serve many buckets: each source of it has a session of its own. */
export interface S3Role {
  /** `arn:aws:iam::111122223333:role/importer`. */
  readonly arn: string
  /** Made by the host, one per tenant (`createExternalId()`), never taken from input. */
  readonly externalId: string
  /** Names the session in the customer's CloudTrail; 2 to 64 letters, digits and `_+=,.@-`. @defaultValue 'lading-import' */
  readonly sessionName?: string | undefined
  /** Seconds until a session ends, 900 to 43,200; sessions are renewed before they do. At most what the role allows. @defaultValue 3600 */
  readonly durationSeconds?: number | undefined
}

/**
 * Throws `CONFIG_INVALID`, or `CONFIG_SECRET_MISSING` for an external id that is empty or not set.
 *
 * @param ownSts the STS is not Amazon's, and may allow shorter sessions
 */
export function checkRole(role: S3Role, ownSts: boolean): void {
  checkKnownOptions('role', role, ['arn', 'externalId', 'sessionName', 'durationSeconds'])
  const { arn, externalId, sessionName, durationSeconds } = role
  if (!isRoleArn(arn)) throw invalid('`role.arn` is not the ARN of a role.', 'Write arn:aws:iam::111122223333:role/importer.')
  if (typeof externalId !== 'string' || externalId === '') {
    const remedy = 'Pass the external id that you made for this tenant with createExternalId() and that the role trusts.'
    throw new ConfigError('CONFIG_SECRET_MISSING', '`role.externalId` is missing or empty.', { remedy })
  }
  if (!/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    throw invalid('`role.externalId` has a form that STS does not take.', 'Make one with createExternalId().')
  }
  if (sessionName !== undefined && (typeof sessionName !== 'string' || !/^[\w+=,.@-]{2,64}$/.test(sessionName))) {
    throw invalid('`role.sessionName` has a form that STS does not take.', 'Use 2 to 64 letters, digits and _+=,.@-, or leave it out.')
  }
  const least = ownSts ? 1 : 900
  if (durationSeconds !== undefined && !(Number.isInteger(durationSeconds) && durationSeconds >= least && durationSeconds <= 43_200)) {
    throw invalid(`\`role.durationSeconds\` is not a whole number from ${least} to 43200.`, 'Leave it out for an hour.')
  }
}

function invalid(message: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
