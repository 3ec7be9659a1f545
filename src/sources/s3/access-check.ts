import type { AccessFinding } from '../../contracts/object-source.js'
import { ImportError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { permissions } from './s3-error.js'

/** What {@link checkAccess} tries; each throws what a poll would meet. */
export interface AccessAttempts {
  /** Absent without a role. */
  readonly assumeRole: (() => Promise<void>) | undefined
  readonly firstPage: () => Promise<readonly ObjectInfo[]>
  readonly readFirstByte: (object: ObjectInfo) => Promise<void>
  /** Absent when the host opted out. */
  readonly ownership: (() => Promise<void>) | undefined
}

/** One finding per permission, in the order in which they are needed. Rejects only when it is aborted. */
export async function checkAccess({ assumeRole, firstPage, readFirstByte, ownership }: AccessAttempts): Promise<AccessFinding[]> {
  const findings: AccessFinding[] = []
  const attempt = async (permission: string, message: string, run: () => Promise<void>): Promise<boolean> => {
    const finding = await outcomeOf(permission, message, run)
    findings.push(finding)
    return finding.ok
  }
  if (assumeRole !== undefined && !(await attempt(permissions['assume-role'], 'The role was assumed.', assumeRole))) {
    findings.push(notTried(permissions.list, 'the role'), notTried(permissions.get, 'the role'))
    if (ownership !== undefined) findings.push(notTried(permissions.tagging, 'the role'))
    return findings
  }
  let object: ObjectInfo | undefined
  const lists = await attempt(permissions.list, 'The prefix can be listed.', async () => {
    object = (await firstPage()).find(({ size, archived }) => size > 0 && archived !== true)
  })
  const tried = object
  if (!lists) findings.push(notTried(permissions.get, 'a listing'))
  else if (tried === undefined) {
    findings.push({ permission: permissions.get, ok: true, message: 'Not tried: the first page lists no object that could be read.' })
  } else await attempt(permissions.get, 'An object can be read.', () => readFirstByte(tried))
  if (ownership !== undefined) await attempt(permissions.tagging, 'The bucket carries the ingestion key.', ownership)
  return findings
}

async function outcomeOf(permission: string, message: string, run: () => Promise<void>): Promise<AccessFinding> {
  try {
    await run()
    return { permission, ok: true, message }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    const { message: what, remedy } = error
    return remedy === undefined ? { permission, ok: false, message: what } : { permission, ok: false, message: what, remedy }
  }
}

function notTried(permission: string, without: string): AccessFinding {
  return { permission, ok: false, message: `Not tried: there is nothing to try it with without ${without}.` }
}
