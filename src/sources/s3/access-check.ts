import { createExternalId } from '../../access/ingestion-key.js'
import { type AccessWay, grantAssume, grantRead, setTag } from '../../access/missing-grant.js'
import type { AccessFinding } from '../../contracts/object-source.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { quoteKey } from '../object-errors.js'
import { type Attempt, accessCode, allowed, answerOf, attempt, found, notTried } from './access-finding.js'
import type { ObjectEncryption } from './object-encryption.js'
import { requireTag } from './ownership.js'
import { checkReading } from './reading-check.js'
import { permissions } from './s3-error.js'
import type { S3Settings } from './s3-options.js'

/** The requests of a check; each throws what a poll would meet. */
export interface AccessRequests {
  /** A session anew, which is dropped: a session that is still valid tells nothing of a role that trusts no more. */
  assumeRole(externalId: string): Promise<void>
  readTag(tagKey: string): Promise<string | undefined>
  firstPage(): Promise<readonly ObjectInfo[]>
  readFirstByte(object: ObjectInfo): Promise<void>
  encryptionOf(key: string): Promise<ObjectEncryption>
}

const places = [permissions.list, permissions.get, 'kms:Decrypt', 'storage-class', permissions.tagging, 'ownership-tag']

/**
 * One finding per question, in the order in which an import meets them. Everything is tried that can be, so that one run tells
 * all that is missing. Names no key of a bucket that is not proven theirs. Rejects only when it is aborted.
 */
export async function checkAccess(settings: S3Settings, requests: AccessRequests): Promise<AccessFinding[]> {
  const { bucket, prefix, role, importerRoleArn, owned } = settings
  const way: AccessWay = { bucket, prefix, roleArn: role?.arn, importerRoleArn }
  const findings = role === undefined ? [] : await checkRole(way, role.externalId, requests)
  if (findings[0]?.ok === false) {
    const questions = ['region', ...places].filter(
      (name) => owned !== undefined || (name !== permissions.tagging && name !== 'ownership-tag'),
    )
    return [...findings, ...questions.map((name) => notTried(name, false, 'there is nothing to try it with without the role'))]
  }
  const tag = owned && (await attempt(() => requests.readTag(owned.tagKey)))
  const tagFindings = owned === undefined || tag === undefined ? [] : checkTag(way, owned, tag)
  const isTheirs = tagFindings.every(({ ok }) => ok)
  const page = await attempt(() => requests.firstPage())
  return [
    ...findings,
    checkRegion(settings, page, tag),
    checkListing(way, page),
    ...(await checkReading({ way, region: settings.region, namesKeys: isTheirs }, page.value, requests)),
    ...tagFindings,
  ]
}

async function checkRole(way: AccessWay, ownId: string, requests: AccessRequests): Promise<AccessFinding[]> {
  const [assume, externalId] = [permissions['assume-role'], 'sts:ExternalId']
  const fix = grantAssume(way)
  const assumed = await attempt(() => requests.assumeRole(ownId))
  if (assumed.error !== undefined) {
    const { error } = assumed
    const code = accessCode(error, 'ROLE_DENIED')
    const { message, remedy } = error
    return [
      found(assume, code, { message, remedy, evidence: `AssumeRole: ${answerOf(error)}`, ...(code === 'ROLE_DENIED' ? { fix } : {}) }),
      notTried(externalId, false, 'a role that may not be assumed does not tell why; a wrong external id looks like an untrusted host'),
    ]
  }
  const findings = [allowed(assume, 'The role was assumed with the external id.', 'AssumeRole: a session')]
  const asAnother = await attempt(() => requests.assumeRole(createExternalId()))
  if (asAnother.error === undefined) {
    const message = 'The role may be assumed with any external id, so that another tenant who names it would get in.'
    const remedy = 'Put the statement in the place of the one that asks for no external id.'
    const evidence = 'AssumeRole with an external id made for this check: a session'
    findings.push(found(externalId, 'EXTERNAL_ID_NOT_REQUIRED', { message, remedy, evidence, fix }))
  } else if (asAnother.error.code === 'SOURCE_DENIED') {
    const evidence = `AssumeRole with an external id made for this check: ${answerOf(asAnother.error)}`
    findings.push(allowed(externalId, 'The role asks for the external id of this tenant.', evidence))
  } else findings.push(notTried(externalId, true, `STS answered ${answerOf(asAnother.error)}`))
  return findings
}

/** Which region a bucket is in shows in the first request that is not turned away for it. */
function checkRegion(
  { region }: S3Settings,
  page: Attempt<readonly ObjectInfo[]>,
  tag: Attempt<string | undefined> | undefined,
): AccessFinding {
  const error = page.error ?? tag?.error
  const code = error === undefined ? undefined : accessCode(error, 'LIST_DENIED')
  if (error !== undefined && code === 'REGION_DIFFERS') {
    const { message, remedy } = error
    return found('region', code, { message, remedy, evidence: `A request signed for ${region}: ${answerOf(error)}` })
  }
  if (code === undefined || code === 'LIST_DENIED' || code === 'BUCKET_NOT_FOUND' || code === 'ANSWER_INVALID') {
    return allowed('region', `Requests for ${region} are accepted.`, `A request signed for ${region}: answered`)
  }
  return notTried('region', false, 'no request got so far')
}

function checkListing(way: AccessWay, { value, error }: Attempt<readonly ObjectInfo[]>): AccessFinding {
  const asked = `ListObjectsV2 of ${quoteKey(way.prefix)}`
  if (error === undefined) {
    const count = value.length
    return allowed(
      permissions.list,
      count === 0 ? 'The folder can be listed, and nothing is in it.' : 'The folder can be listed.',
      `${asked}: ${count} on the first page`,
    )
  }
  const code = accessCode(error, 'LIST_DENIED')
  if (code === 'REGION_DIFFERS') return notTried(permissions.list, false, 'the bucket is in another region')
  // A broken page is told of by its keys.
  const message = code === 'ANSWER_INVALID' ? 'The answer is not a listing, or contradicts itself.' : error.message
  const fix = code === 'LIST_DENIED' ? { fix: grantRead(way, permissions.list) } : {}
  return found(permissions.list, code, { message, remedy: error.remedy, evidence: `${asked}: ${answerOf(error)}`, ...fix })
}

function checkTag(way: AccessWay, owned: NonNullable<S3Settings['owned']>, tag: Attempt<string | undefined>): AccessFinding[] {
  const [tagging, ownership] = [permissions.tagging, 'ownership-tag']
  if (tag.error !== undefined) {
    const { error } = tag
    const code = accessCode(error, 'TAGGING_DENIED')
    const { message, remedy } = error
    const fix = code === 'TAGGING_DENIED' ? { fix: grantRead(way, tagging) } : {}
    const first =
      code === 'REGION_DIFFERS'
        ? notTried(tagging, false, 'the bucket is in another region')
        : found(tagging, code, { message, remedy, evidence: `GetBucketTagging: ${answerOf(error)}`, ...fix })
    return [first, notTried(ownership, false, 'the tags of the bucket could not be read')]
  }
  const findings = [allowed(tagging, 'The tags of the bucket can be read.', 'GetBucketTagging: answered')]
  try {
    requireTag(way.bucket, owned, tag.value)
    findings.push(allowed(ownership, 'The bucket carries the ingestion key.', `Tag "${owned.tagKey}": equal`))
  } catch (error) {
    const { message, remedy } = error as { readonly message: string; readonly remedy?: string }
    const code = tag.value === undefined ? 'TAG_MISSING' : 'TAG_DIFFERS'
    const evidence = `Tag "${owned.tagKey}": ${tag.value === undefined ? 'none' : 'another value'}`
    findings.push(found(ownership, code, { message, remedy, evidence, fix: setTag(way, owned.tagKey) }))
  }
  return findings
}
