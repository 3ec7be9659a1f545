import { randomBytes } from 'node:crypto'
import { askPolicy, type DoublePolicy, type PolicyQuestion } from './policy.js'

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
  /** Users, or their ARNs, that may assume it. @defaultValue none but those of `trustPolicy` */
  readonly trusted?: DoubleUser | string | readonly (DoubleUser | string)[]
  /** Must be given, exactly, when assuming. @defaultValue none is asked for */
  readonly externalId?: string
  /** In AWS's own form, in place of `trusted` and `externalId`. */
  readonly trustPolicy?: DoublePolicy
  /** What its sessions may do, in every bucket of `buckets`. A bucket's own policy may allow the role's ARN more. @defaultValue nothing */
  readonly allow?: readonly S3Action[]
  /** @defaultValue every bucket */
  readonly buckets?: readonly string[]
  /** What its sessions may do, in AWS's own form, besides what `allow` says. */
  readonly permissions?: DoublePolicy
}

/** What decides about requests to one bucket. */
export interface BucketAccess {
  readonly name: string
  readonly grants: readonly BucketGrant[]
  readonly policy: DoublePolicy | undefined
}

/** The key, or the prefix of the listing, that an action is about. */
export interface AccessSubject {
  readonly key?: string
  readonly prefix?: string
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
  readonly #keyPolicies = new Map<string, DoublePolicy>()

  constructor(account: string) {
    this.account = account
  }

  addUser(name: string, { owner = false, account = this.account } = {}): DoubleUser {
    const arn = `arn:aws:iam::${account}:user/${name}`
    const known = this.#users.get(arn)
    if (known !== undefined) return known
    const user: DoubleUser = { name, arn, ...newKeys('AKIA') }
    this.#users.set(arn, user)
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

  setKeyPolicy(keyArn: string, policy: DoublePolicy): void {
    this.#keyPolicies.set(keyArn, policy)
  }

  /** May the principal do this in the bucket, to this key or listing prefix? */
  allows(principal: Principal, action: S3Action, bucket: BucketAccess, subject: AccessSubject = {}): boolean {
    if (principal.owner) return true
    const role = this.#present(principal)
    const { key, prefix } = subject
    const onBucket = action === 's3:ListBucket' || action.endsWith('BucketTagging') || action === 's3:CreateBucket'
    const resource = `arn:aws:s3:::${bucket.name}${onBucket ? '' : `/${key ?? ''}`}`
    const question = { arns: arnsOf(principal), action, resource, context: { 's3:prefix': prefix } }
    const decided = decide([bucket.policy, role?.permissions], question)
    if (decided !== undefined) return decided
    if (role?.allow?.includes(action) && (role.buckets === undefined || role.buckets.includes(bucket.name))) return true
    const arn = role?.arn ?? principal.arn
    const named = key ?? prefix ?? ''
    return bucket.grants.some(
      (grant) =>
        (grant.principal === '*' || grant.principal === arn) && grant.actions.includes(action) && named.startsWith(grant.prefix ?? ''),
    )
  }

  /** May the principal decrypt by the key, through S3? */
  allowsKey(principal: Principal, keyArn: string, region: string): boolean {
    if (principal.owner) return true
    const context = { 'kms:ViaService': `s3.${region}.amazonaws.com` }
    const question = { arns: arnsOf(principal), action: 'kms:Decrypt', context }
    const byKey = decide([this.#keyPolicies.get(keyArn)], question)
    return byKey ?? decide([this.#present(principal)?.permissions], { ...question, resource: keyArn }) ?? false
  }

  /** A session may do what its role may now, not what it might when the session began. */
  #present({ role }: Principal): DoubleRole | undefined {
    return role && (this.#roles.get(role.arn) ?? role)
  }

  /** May this caller assume the role, with this external id? */
  trusts(role: DoubleRole, caller: Principal, externalId: string | null): boolean {
    if (role.trustPolicy !== undefined) {
      const context = { 'sts:ExternalId': externalId ?? undefined }
      return decide([role.trustPolicy], { arns: arnsOf(caller), action: 'sts:AssumeRole', context }) ?? false
    }
    const trusted = [role.trusted ?? []].flat() as readonly (DoubleUser | string)[]
    if (!trusted.some((user) => (typeof user === 'string' ? user : user.arn) === caller.arn)) return false
    return role.externalId === undefined || role.externalId === externalId
  }
}

function arnsOf({ arn, role }: Principal): string[] {
  return role === undefined ? [arn] : [arn, role.arn]
}

/** One denial outweighs everything; `undefined` when no policy speaks of it. */
function decide(policies: readonly (DoublePolicy | undefined)[], question: PolicyQuestion): boolean | undefined {
  const answers = policies.map((policy) => (policy === undefined ? 'silent' : askPolicy(policy, question)))
  if (answers.includes('denied')) return false
  return answers.includes('allowed') ? true : undefined
}

function newKeys(prefix: string): DoubleCredentials {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const id = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('')
  return { accessKeyId: `${prefix}${id}`, secretAccessKey: randomBytes(30).toString('base64') }
}
