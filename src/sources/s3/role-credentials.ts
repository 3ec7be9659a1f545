import type * as StsModule from '@aws-sdk/client-sts'
import type { SigningCredentials } from './own-credentials.js'
import { s3Error } from './s3-error.js'
import type { S3Role } from './s3-role.js'

const defaultSessionName = 'lading-import'
/** Renewed so long before the end, or in the last third of a short session. */
const renewBeforeMs = 5 * 60_000

interface RoleSession {
  readonly credentials: SigningCredentials
  readonly renewAt: number
}

/**
 * Temporary credentials of a role. Renewed before they expire; callers share one request. The STS client is made anew for
 * each, so that the host's own credentials are fresh too.
 */
export function roleCredentials(
  role: S3Role,
  bucket: string,
  startSts: () => Promise<{ sts: typeof StsModule; client: StsModule.STSClient }>,
): () => Promise<SigningCredentials> {
  let present: RoleSession | undefined
  let pending: Promise<RoleSession> | undefined
  return async () => {
    if (present !== undefined && Date.now() < present.renewAt) return present.credentials
    pending ??= assumeRole(role, bucket, startSts).finally(() => {
      pending = undefined
    })
    present = await pending
    return present.credentials
  }
}

async function assumeRole(
  { arn, externalId, sessionName = defaultSessionName, durationSeconds }: S3Role,
  bucket: string,
  startSts: () => Promise<{ sts: typeof StsModule; client: StsModule.STSClient }>,
): Promise<RoleSession> {
  try {
    const { sts, client } = await startSts()
    const { Credentials: given } = await client.send(
      new sts.AssumeRoleCommand({
        RoleArn: arn,
        RoleSessionName: sessionName,
        ExternalId: externalId,
        DurationSeconds: durationSeconds,
      }),
    )
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined) {
      throw new Error('AssumeRole answered without credentials')
    }
    const now = Date.now()
    const end = given.Expiration?.getTime() ?? now + 3_600_000
    const credentials: SigningCredentials = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: new Date(end),
    }
    return { credentials, renewAt: end - Math.min(renewBeforeMs, (end - now) / 3) }
  } catch (error) {
    throw s3Error(error, { action: 'assume-role', bucket })
  }
}
