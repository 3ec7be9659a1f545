import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketPolicy } from '../../src/access/bucket-policy.js'
import { createExternalId } from '../../src/access/ingestion-key.js'
import { type PolicyDocument, type PolicyStatement, policyDocument } from '../../src/access/policy-document.js'
import { rolePermissionPolicy } from '../../src/access/role-permission-policy.js'
import { roleTrustPolicy } from '../../src/access/role-trust-policy.js'
import type { AccessFinding, ObjectSource } from '../../src/contracts/object-source.js'
import type { S3Role } from '../../src/sources/s3/s3-role.js'
import { eventLog, scoresCsv } from '../job/parts.js'
import type { AccessLab, CustomerRole } from './lab/access-lab.js'
import { ingestionKey, jobFrom, sourceIn, tags } from './lab/import-from.js'

const { signal } = new AbortController()
/** What is wrong, by question. */
const wrong = (findings: readonly AccessFinding[] | undefined): string[] =>
  (findings ?? []).filter(({ ok, tried }) => !ok && tried !== false).map(({ permission, code }) => `${permission} ${code}`)
const findingOf = (findings: readonly AccessFinding[] | undefined, permission: string): AccessFinding =>
  findings?.find((finding) => finding.permission === permission) ?? expect.fail(`no finding on ${permission}`)
/** A policy without one of the actions. */
const without = (policy: PolicyDocument, action: string): PolicyDocument => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((name) => name !== action),
  })).filter(({ Action }) => Action.length > 0),
})
const withStatement = (policy: PolicyDocument, statement: unknown): PolicyDocument =>
  policyDocument(...policy.Statement, statement as PolicyStatement)

const denials = [
  ['s3:ListBucket', 'LIST_DENIED'],
  ['s3:GetObject', 'GET_DENIED'],
  ['s3:GetBucketTagging', 'TAGGING_DENIED'],
] as const

/** The same for the double and for a real gateway: generated policies are applied, and missing ones are found out. */
export function accessCases(name: string, open: () => Promise<AccessLab>): void {
  let lab: AccessLab
  const sources: ObjectSource[] = []
  const kept = (source: ObjectSource): ObjectSource => {
    sources.push(source)
    return source
  }
  /** A tagged bucket with two files in the folder, and one outside. */
  const filled = async (): Promise<string> => {
    const bucket = await lab.bucket()
    await lab.tag(bucket, tags)
    await lab.put(bucket, 'in/a.csv', scoresCsv('a', 3))
    await lab.put(bucket, 'in/deep/er/b.csv', scoresCsv('b', 2))
    await lab.put(bucket, 'out/c.csv', scoresCsv('c', 4))
    return bucket
  }
  const imported = ['a1', 'a2', 'a3', 'b1', 'b2']
  const ids = (job: ReturnType<typeof jobFrom>): string[] => job.sink.records.map(({ id }) => id).sort()

  beforeAll(async () => {
    lab = await open()
  })
  afterAll(async () => {
    for (const source of sources) await source.close?.()
    await lab?.close()
  })

  describe(`${name}: by the bucket's policy`, () => {
    const source = (bucket: string): ObjectSource => {
      const { roleArn, credentials } = lab.importer
      return kept(sourceIn(lab, bucket, { credentials, importerRoleArn: roleArn }))
    }
    const policyOf = (bucket: string, prefix?: string): PolicyDocument =>
      bucketPolicy({ bucket, prefix, importerRoleArn: lab.importer.roleArn })

    test.each([undefined, 'in/'])('the generated policy lets an import through from end to end (prefix %s)', async (prefix) => {
      const bucket = await filled()
      const from = source(bucket)
      expect(wrong(await from.check?.({ signal }))).toEqual(['s3:ListBucket LIST_DENIED', 's3:GetBucketTagging TAGGING_DENIED'])
      await lab.setBucketPolicy(bucket, policyOf(bucket, prefix))
      const findings = await from.check?.({ signal })
      expect(findings?.filter(({ ok }) => !ok)).toEqual([])
      const job = jobFrom(from)
      expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 2, failed: 0 })
      expect(ids(job)).toEqual(imported)
    })

    test.each(denials)('without %s: %s, and the statement it proposes cures it', async (action, code) => {
      const bucket = await filled()
      const policy = without(policyOf(bucket, 'in/'), action)
      await lab.setBucketPolicy(bucket, policy)
      const from = source(bucket)
      const found = findingOf(await from.check?.({ signal }), action)
      expect(found).toMatchObject({
        ok: false,
        code,
        evidence: expect.stringMatching(/AccessDenied \(HTTP 403\)/),
        fix: { addTo: `bucket policy of ${bucket}` },
      })
      expect(found.fix?.statement).toEqual(policyOf(bucket, 'in/').Statement.find(({ Action }) => Action === action))
      expect(wrong(await from.check?.({ signal }))).toEqual([`${action} ${code}`])
      expect(await jobFrom(from).runOnce()).toMatchObject({
        imported: 0,
        ...(action === 's3:GetObject' ? { failed: 2 } : { outcome: 'blocked' }),
      })
      await lab.setBucketPolicy(bucket, withStatement(policy, found.fix?.statement))
      expect(wrong(await from.check?.({ signal }))).toEqual([])
      expect(await jobFrom(from).runOnce()).toMatchObject({ outcome: 'completed', imported: 2, failed: 0 })
    })

    test('a policy that is taken back blocks the job, and given again unblocks it', async () => {
      const bucket = await filled()
      const from = source(bucket)
      await lab.setBucketPolicy(bucket, policyOf(bucket))
      const job = jobFrom(from)
      await job.runOnce()
      await lab.setBucketPolicy(bucket, undefined)
      await lab.put(bucket, 'in/d.csv', scoresCsv('d', 1))
      const report = await job.runOnce()
      expect(report).toMatchObject({ outcome: 'blocked', imported: 0 })
      // Whichever was asked for first.
      const remedy = expect.stringMatching(/Allow s3:(GetBucketTagging|ListBucket)/)
      expect(report.errors[0]).toMatchObject({ code: 'SOURCE_DENIED', remedy })
      expect(wrong(await from.check?.({ signal }))).toEqual(['s3:ListBucket LIST_DENIED', 's3:GetBucketTagging TAGGING_DENIED'])
      await lab.setBucketPolicy(bucket, policyOf(bucket))
      expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 1 })
      expect(ids(job)).toEqual([...imported, 'd1'])
    })

    test('a tag that is wrong, missing, removed and put back', async () => {
      const bucket = await filled()
      const from = source(bucket)
      await lab.setBucketPolicy(bucket, policyOf(bucket))
      const job = jobFrom(from)
      const log = eventLog(job)
      const blocked = async (code: string, set: Readonly<Record<string, string>>): Promise<void> => {
        await lab.tag(bucket, set)
        const found = findingOf(await from.check?.({ signal }), 'ownership-tag')
        expect(found).toMatchObject({
          ok: false,
          code,
          fix: { addTo: `tags of ${bucket}`, terraform: expect.stringMatching(/arize-ingestion-key = "</) },
        })
        expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code: 'SOURCE_OWNERSHIP_MISMATCH' }] })
        expect((await job.status()).health).toMatchObject({ state: 'blocked', code: 'SOURCE_OWNERSHIP_MISMATCH' })
      }
      await blocked('TAG_DIFFERS', { ...tags, 'arize-ingestion-key': `${ingestionKey}x` })
      await blocked('TAG_MISSING', { team: 'data' })
      await blocked('TAG_MISSING', {})
      expect(job.sink.records).toEqual([])
      await lab.tag(bucket, tags)
      expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 2 })
      await lab.put(bucket, 'in/d.csv', scoresCsv('d', 1))
      await blocked('TAG_MISSING', {})
      await lab.tag(bucket, tags)
      expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 1 })
      expect((await job.status()).health).toEqual({ state: 'ok' })
      expect(log.names.filter((event) => event === 'jobUnblocked')).toHaveLength(2)
    })

    test('keys of a session that end in the middle of a file, without new ones', async () => {
      const bucket = await filled()
      await lab.setBucketPolicy(bucket, policyOf(bucket))
      const { keys: credentials, end } = await lab.importer.shortSession()
      const from = kept(sourceIn(lab, bucket, { credentials }))
      let object: Parameters<ObjectSource['open']>[0] | undefined
      for await (const page of from.list({ signal })) object ??= page[0]
      const reader = await from.open(object ?? expect.fail('nothing is listed'), { signal })
      expect(await reader.read(0, 2, { signal })).toEqual(new TextEncoder().encode('id'))
      await end()
      await expect(reader.read(2, 4, { signal })).rejects.toMatchObject({
        code: 'SOURCE_CREDENTIALS_EXPIRED',
        scope: 'job',
        retryable: true,
      })
      expect(wrong(await from.check?.({ signal }))).toContain('s3:ListBucket CREDENTIALS_EXPIRED')
    })
  })

  describe(`${name}: as a role`, () => {
    const externalId = createExternalId()
    const trust = (id = externalId): PolicyDocument => roleTrustPolicy({ importerAccountArn: lab.host.accountArn, externalId: id })
    const source = (bucket: string, { arn }: CustomerRole, role: Partial<S3Role> = {}): ObjectSource =>
      kept(
        sourceIn(lab, bucket, {
          credentials: lab.host.credentials,
          role: { arn, externalId, ...role },
          importerRoleArn: lab.host.accountArn.replace(':root', ':role/importer'),
        }),
      )

    test.each([undefined, 'in/'])('the generated policies let an import through from end to end (prefix %s)', async (prefix) => {
      const bucket = await filled()
      const role = await lab.createRole(trust(), rolePermissionPolicy({ places: [{ bucket, prefix }] }))
      const from = source(bucket, role)
      expect((await from.check?.({ signal }))?.filter(({ ok }) => !ok)).toEqual([])
      const job = jobFrom(from)
      expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 2, failed: 0 })
      expect(ids(job)).toEqual(imported)
    })

    test('one role for many buckets', async () => {
      const buckets = [await filled(), await filled()]
      const role = await lab.createRole(trust(), rolePermissionPolicy({ places: buckets.map((bucket) => ({ bucket, prefix: 'in/' })) }))
      for (const bucket of buckets)
        expect(await jobFrom(source(bucket, role)).runOnce()).toMatchObject({ outcome: 'completed', imported: 2 })
    })

    test('a wrong external id, and a role of another tenant', async () => {
      const bucket = await filled()
      const role = await lab.createRole(trust(), rolePermissionPolicy({ places: [{ bucket }] }))
      const from = source(bucket, role, { externalId: createExternalId() })
      const found = findingOf(await from.check?.({ signal }), 'sts:AssumeRole')
      expect(found).toMatchObject({ ok: false, code: 'ROLE_DENIED', evidence: expect.stringMatching(/AccessDenied \(HTTP 403\)/) })
      expect(found.fix).toMatchObject({ addTo: `trust policy of ${role.arn}`, terraform: expect.stringMatching(/sts:ExternalId/) })
      expect(found.fix?.statement).toEqual({
        ...trust().Statement[0],
        Condition: { StringEquals: { 'sts:ExternalId': '<external id of this tenant>' } },
      })
      expect(await jobFrom(from).runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code: 'SOURCE_DENIED' }] })
      const elsewhere = source(bucket, { ...role, arn: role.arn.replace(/[^/]*$/, 'none') })
      expect(wrong(await elsewhere.check?.({ signal }))).toEqual(['sts:AssumeRole ROLE_DENIED'])
    })

    test('a role that asks for no external id is told of', async () => {
      const bucket = await filled()
      const open = policyDocument({ Effect: 'Allow', Principal: { AWS: lab.host.accountArn }, Action: 'sts:AssumeRole' })
      const role = await lab.createRole(open, rolePermissionPolicy({ places: [{ bucket }] }))
      const from = source(bucket, role)
      const findings = await from.check?.({ signal })
      expect(wrong(findings)).toEqual(['sts:ExternalId EXTERNAL_ID_NOT_REQUIRED'])
      expect(findingOf(findings, 'sts:ExternalId').fix).toMatchObject({ addTo: `trust policy of ${role.arn}` })
      await role.setTrust(trust())
      expect(wrong(await from.check?.({ signal }))).toEqual([])
    })

    test('a role that trusts no more is told of, though a session of it is still valid', async () => {
      const bucket = await filled()
      const role = await lab.createRole(trust(), rolePermissionPolicy({ places: [{ bucket }] }))
      const from = source(bucket, role)
      expect(wrong(await from.check?.({ signal }))).toEqual([])
      await role.setTrust(trust(createExternalId()))
      expect(wrong(await from.check?.({ signal }))).toEqual(['sts:AssumeRole ROLE_DENIED'])
    })

    test.each(denials)('without %s: %s, and the statement it proposes cures it', async (action, code) => {
      const bucket = await filled()
      const whole = rolePermissionPolicy({ places: [{ bucket, prefix: 'in/' }] })
      const policy = without(whole, action)
      const role = await lab.createRole(trust(), policy)
      const from = source(bucket, role)
      const findings = await from.check?.({ signal })
      const found = findingOf(findings, action)
      expect(wrong(findings)).toEqual([`${action} ${code}`])
      expect(found.fix).toMatchObject({
        addTo: `permissions of ${role.arn}`,
        statement: whole.Statement.find(({ Action }) => Action === action),
      })
      await role.setPermissions(withStatement(policy, found.fix?.statement))
      expect(wrong(await from.check?.({ signal }))).toEqual([])
      expect(await jobFrom(from).runOnce()).toMatchObject({ outcome: 'completed', imported: 2, failed: 0 })
    })

    test('without any permission nothing is read, though the host’s own keys might', async () => {
      const bucket = await filled()
      const role = await lab.createRole(trust(), undefined)
      const from = source(bucket, role)
      expect(await jobFrom(from).runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code: 'SOURCE_DENIED' }] })
      expect(wrong(await from.check?.({ signal }))).toEqual(['s3:ListBucket LIST_DENIED', 's3:GetBucketTagging TAGGING_DENIED'])
    })

    test('sessions of one second carry a file that takes longer', async () => {
      const bucket = await filled()
      const role = await lab.createRole(trust(), rolePermissionPolicy({ places: [{ bucket }] }))
      const from = source(bucket, role, { durationSeconds: 1 })
      let object: Parameters<ObjectSource['open']>[0] | undefined
      for await (const page of from.list({ signal })) object ??= page[0]
      const reader = await from.open(object ?? expect.fail('nothing is listed'), { signal })
      const text: string[] = []
      for (let at = 0; at < 10; at += 2) {
        text.push(Buffer.from(await reader.read(at, at + 2, { signal })).toString())
        await delay(300)
      }
      expect(text.join('')).toBe(scoresCsv('a', 3).slice(0, 10))
    })
  })
}
