import { type AccessWay, grantDecrypt, grantRead } from '../../access/missing-grant.js'
import type { AccessFinding } from '../../contracts/object-source.js'
import type { ImportError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { quoteKey } from '../object-errors.js'
import type { AccessRequests } from './access-check.js'
import { type Attempt, accessCode, allowed, answerOf, attempt, found, notTried, storeCodeOf } from './access-finding.js'
import type { ObjectEncryption } from './object-encryption.js'
import { permissions } from './s3-error.js'

/** Objects tried, should the first ones turn out to be archived: listings do not tell all that are. */
const mostTries = 3

/** What the findings are about. */
export interface ReadingContext {
  readonly way: AccessWay
  readonly region: string
  /** The bucket is proven theirs, or need not be. */
  readonly namesKeys: boolean
}

type ReadingRequests = Pick<AccessRequests, 'readFirstByte' | 'encryptionOf'>

/** Findings on reading objects of the first page: the permission, the key they are encrypted by, their storage class. */
export async function checkReading(
  context: ReadingContext,
  page: readonly ObjectInfo[] | undefined,
  requests: ReadingRequests,
): Promise<AccessFinding[]> {
  const questions = [permissions.get, 'kms:Decrypt', 'storage-class']
  if (page === undefined) return questions.map((name) => notTried(name, false, 'there is nothing to try it with without a listing'))
  const filled = page.filter(({ size }) => size > 0)
  if (filled.length === 0) return questions.map((name) => notTried(name, true, 'the first page lists no object that could be read'))
  const archivedKeys = new Set(filled.filter(({ archived }) => archived === true).map(({ key }) => key))
  const { tried, result } = await readOne(
    filled.filter(({ key }) => !archivedKeys.has(key)),
    archivedKeys,
    requests,
  )
  const archived = checkArchive(filled.length, archivedKeys.size, tried !== undefined)
  if (tried === undefined || result === undefined) {
    return [...[permissions.get, 'kms:Decrypt'].map((name) => notTried(name, true, 'every object that was tried is archived')), archived]
  }
  return [...(await judgeReading(context, tried, result, requests)), archived]
}

async function readOne(objects: readonly ObjectInfo[], archivedKeys: Set<string>, requests: ReadingRequests) {
  for (const tried of objects.slice(0, mostTries)) {
    const result = await attempt(() => requests.readFirstByte(tried))
    if (result.error?.code !== 'OBJECT_ARCHIVED') return { tried, result }
    archivedKeys.add(tried.key)
  }
  return {}
}

async function judgeReading(
  { way, region, namesKeys }: ReadingContext,
  { key }: ObjectInfo,
  { error }: Attempt<void>,
  requests: ReadingRequests,
): Promise<AccessFinding[]> {
  const asked = `GetObject, first byte of ${namesKeys ? quoteKey(key) : 'an object'}`
  if (error !== undefined && error.code !== 'OBJECT_DENIED') return notReadable(asked, error)
  const head = await attempt(() => requests.encryptionOf(key))
  const get = allowed(permissions.get, 'An object can be read.', `${asked}: answered`)
  if (error === undefined) return [get, judgeKey(head)]
  const answer = `${asked}: ${answerOf(error)}`
  if (storeCodeOf(error)?.startsWith('KMS.') === true) {
    const message = 'The KMS key that an object is encrypted by cannot be used: it is disabled, pending deletion or gone.'
    const unusable = found('kms:Decrypt', 'KMS_KEY_UNUSABLE', { message, remedy: 'Enable the key.', evidence: answer })
    return [allowed(permissions.get, 'Allowed, as far as the key lets it show.', answer), unusable]
  }
  // HEAD needs the same permission and no key: where it is answered, the permission is there.
  if (head.value?.byKms === true) {
    const message = 'An object is encrypted by a KMS key that may not be used.'
    const remedy = 'Allow kms:Decrypt. The policy of the key and the permissions of who reads both have to, where they are of two accounts.'
    const fix = grantDecrypt(way, head.value.kmsKeyArn, region)
    const denied = found('kms:Decrypt', 'KMS_DENIED', { message, remedy, evidence: answer, fix })
    return [allowed(permissions.get, 'Allowed; what is missing is the key.', 'HeadObject of the same object: answered'), denied]
  }
  const message = 'An object may not be read.'
  const remedy = 'Allow s3:GetObject on everything below the folder.'
  const denied = found(permissions.get, 'GET_DENIED', { message, remedy, evidence: answer, fix: grantRead(way, permissions.get) })
  return [denied, notTried('kms:Decrypt', false, 'an object has to be readable first')]
}

function notReadable(asked: string, error: ImportError): AccessFinding[] {
  const message = 'An object could not be read.'
  const failed = found(permissions.get, accessCode(error, 'GET_DENIED'), {
    message,
    remedy: error.remedy,
    evidence: `${asked}: ${answerOf(error)}`,
  })
  return [failed, notTried('kms:Decrypt', false, 'an object has to be readable first')]
}

function judgeKey({ value, error }: Attempt<ObjectEncryption>): AccessFinding {
  if (value?.byKms === true) return allowed('kms:Decrypt', 'An object that a KMS key encrypts can be read.', 'HeadObject: aws:kms')
  if (error !== undefined) return notTried('kms:Decrypt', true, `HeadObject answered ${answerOf(error)}`)
  return notTried('kms:Decrypt', true, 'the object that was read is not encrypted by a KMS key')
}

function checkArchive(objects: number, archived: number, readable: boolean): AccessFinding {
  const evidence = `${archived} of ${objects} objects of the first page`
  if (archived === 0) return allowed('storage-class', 'No object of the first page is archived.', evidence)
  return found('storage-class', 'OBJECTS_ARCHIVED', {
    ok: readable,
    message: readable ? 'Some objects are archived, and are skipped.' : 'All objects that were tried are archived.',
    remedy: 'Restore them (RestoreObject), or move them out of the folder.',
    evidence,
  })
}
