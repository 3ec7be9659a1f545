import { randomBytes } from 'node:crypto'

/** What a principal may be allowed. */
export type S3Action =
  | 's3:ListBucket'
  | 's3:GetObject'
  | 's3:GetBucketTagging'
  | 's3:PutBucketTagging'
  | 's3:PutObject'
  | 's3:DeleteObject'
  | 's3:CreateBucket'

/** Long-lived keys of a user, or temporary ones of a role's session, in the form the SDK takes. */
export interface DoubleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A user of the double. Usable as the SDK's `credentials`. */
export interface DoubleUser extends DoubleCredentials {
  readonly name: string
  readonly arn: string
}

/** One line of a bucket's policy. Everything that no line allows is denied to all but the bucket's owner. */
export interface BucketGrant {
  /** ARN of a user or a role; `*` is everyone who has keys. */
  readonly principal: string
  readonly actions: readonly S3Action[]
  /** Only keys that start with it; for `s3:ListBucket` only listings whose prefix does. @defaultValue every key */
  readonly prefix?: string
}

/** A role and who may assume it. */
export interface DoubleRole {
  readonly arn: string
  /** Users, or their ARNs, that may assume it. */
  readonly trusted: DoubleUser | string | readonly (DoubleUser | string)[]
  /** Must be given, exactly, when assuming. @defaultValue none is asked for */
  readonly externalId?: string
  /** What its sessions may do, in every bucket of `buckets`. A bucket's own policy may allow the role's ARN more. */
  readonly allow: readonly S3Action[]
  /** @defaultValue every bucket */
  readonly buckets?: readonly string[]
}

/** Who made a request, once its signature was found right. */
export interface Principal {
  readonly arn: string
  readonly owner: boolean
  readonly role?: DoubleRole
}

/** One access key and what it stands for. */
export interface AccessKey {
  readonly credentials: DoubleCredentials
  readonly principal: Principal
  /** Only of sessions. */
  expiresAt?: Date
}

/** Users, roles, sessions and their keys. */
export class AccessControl {
  readonly account: string
  readonly #keys = new Map<string, AccessKey>()
  readonly #users = new Map<string, DoubleUser>()
  readonly #roles = new Map<string, DoubleRole>()

  constructor(account: string) {
    this.account = account
  }

  addUser(name: string, owner = false): DoubleUser {
    const known = this.#users.get(name)
    if (known !== undefined) return known
    const user: DoubleUser = { name, arn: `arn:aws:iam::${this.account}:user/${name}`, ...newKeys('AKIA') }
    this.#users.set(name, user)
    const { accessKeyId, secretAccessKey } = user
    this.#keys.set(accessKeyId, { credentials: { accessKeyId, secretAccessKey }, principal: { arn: user.arn, owner } })
    return user
  }

  addRole(role: DoubleRole): void {
    this.#roles.set(role.arn, role)
  }

  role(arn: string): DoubleRole | undefined {
    return this.#roles.get(arn)
  }

  key(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId)
  }

  /** Temporary keys for a session of the role. */
  openSession(role: DoubleRole, sessionName: string, expiresAt: Date): AccessKey {
    const credentials = { ...newKeys('ASIA'), sessionToken: randomBytes(96).toString('base64') }
    const arn = `${role.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`
    const key: AccessKey = { credentials, principal: { arn, owner: false, role }, expiresAt }
    this.#keys.set(credentials.accessKeyId, key)
    return key
  }

  /** Ends every session there is, as if its time were over. */
  expireSessions(): void {
    for (const key of this.#keys.values()) if (key.expiresAt !== undefined) key.expiresAt = new Date(0)
  }

  /** May the principal do this in the bucket, to this key or listing prefix? */
  allows(principal: Principal, action: S3Action, bucket: { name: string; grants: readonly BucketGrant[] }, subject = ''): boolean {
    if (principal.owner) return true
    const { role } = principal
    if (role?.allow.includes(action) && (role.buckets === undefined || role.buckets.includes(bucket.name))) return true
    const arn = role?.arn ?? principal.arn
    return bucket.grants.some(
      (grant) =>
        (grant.principal === '*' || grant.principal === arn) && grant.actions.includes(action) && subject.startsWith(grant.prefix ?? ''),
    )
  }

  /** May this caller assume the role? */
  trusts(role: DoubleRole, caller: Principal): boolean {
    const trusted = (Array.isArray(role.trusted) ? role.trusted : [role.trusted]) as readonly (DoubleUser | string)[]
    return trusted.some((user) => (typeof user === 'string' ? user : user.arn) === caller.arn)
  }
}

function newKeys(prefix: string): DoubleCredentials {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const id = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('')
  return { accessKeyId: `${prefix}${id}`, secretAccessKey: randomBytes(30).toString('base64') }
}
