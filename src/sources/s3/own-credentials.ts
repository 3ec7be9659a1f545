import { ConfigError, SourceError } from '../../errors.js'
import type { S3Credentials } from './s3-options.js'

/** {@link S3Credentials} in the SDK's form. */
export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/**
 * The host's credentials as the SDK wants them. A fixed set never changes; a function is asked again by the SDK near
 * `expiration`, and by each new session. What the function throws may hold anything, so it is not passed on.
 */
export function ownCredentials(credentials: S3Credentials | (() => Promise<S3Credentials>)): () => Promise<SigningCredentials> {
  if (typeof credentials !== 'function') return async () => signing(credentials)
  return async () => {
    let found: S3Credentials | undefined
    try {
      found = await credentials()
    } catch {
      throw new SourceError('SOURCE_CREDENTIALS_EXPIRED', 'The `credentials` function failed.', {
        retryable: true,
        remedy: 'Find out why it rejects. What it threw is not repeated here, because it may hold a secret.',
      })
    }
    if (typeof found === 'object' && found !== null && isFilled(found.accessKeyId) && isFilled(found.secretAccessKey)) return signing(found)
    throw new ConfigError('CONFIG_SECRET_MISSING', 'The `credentials` function gave no access key id or no secret access key.', {
      remedy: 'It must resolve to { accessKeyId, secretAccessKey, sessionToken?, expiration? }.',
    })
  }
}

function signing({ accessKeyId, secretAccessKey, sessionToken, expiration }: S3Credentials): SigningCredentials {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  }
}

function isFilled(text: unknown): boolean {
  return typeof text === 'string' && text !== ''
}
