import { expect, test } from 'vitest'
import { createExternalId } from '../../src/access/ingestion-key.js'
import { rolePermissionPolicy } from '../../src/access/role-permission-policy.js'
import { roleTrustPolicy } from '../../src/access/role-trust-policy.js'
import { eventLog, scoresCsv } from '../job/parts.js'
import { type DoubleLab, doubleLab } from './lab/double-lab.js'
import { jobFrom, sourceIn, tags } from './lab/import-from.js'

const externalId = createExternalId()

async function withFile(rows: number) {
  const lab = await doubleLab()
  const bucket = await lab.bucket()
  await lab.tag(bucket, tags)
  await lab.put(bucket, 'in/a.csv', scoresCsv('a', rows))
  const trust = roleTrustPolicy({ importerAccountArn: lab.host.accountArn, externalId })
  const role = await lab.createRole(trust, rolePermissionPolicy({ places: [{ bucket }] }))
  return { lab, bucket, role }
}

const operations = ({ double }: DoubleLab): string[] => double.requests.map(({ operation, status }) => `${operation} ${status}`)

test('a session that ends in the middle of a file is renewed, and the import goes on where it was cut', async () => {
  const { lab, bucket, role } = await withFile(20_000)
  const job = jobFrom(sourceIn(lab, bucket, { credentials: lab.host.credentials, role: { arn: role.arn, externalId } }))
  const log = eventLog(job)
  const cut = lab.double.fault({ operation: 'GetObject', kind: 'cut', nth: 2, afterBytes: 120_000 })
  lab.double.fault({ operation: 'GetObject', kind: 'changeObject', nth: 3, change: () => lab.double.expireSessions() })
  expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 1, failed: 0, errors: [] })
  expect(cut.hits).toBe(1)
  expect(operations(lab).filter((line) => /GetObject|AssumeRole/.test(line))).toEqual([
    'AssumeRole 200',
    // The head of the file tells its format.
    'GetObject 206',
    'GetObject 200',
    'GetObject 400',
    'AssumeRole 200',
    'GetObject 206',
  ])
  expect(job.sink.records.map(({ id }) => id)).toEqual(Array.from({ length: 20_000 }, (_, i) => `a${i + 1}`))
  expect(log.names.filter((name) => name === 'fileStarted')).toHaveLength(1)
  await job.close()
  await lab.close()
})

test('a role that trusts no more in the middle of a file blocks the job, and the file waits without an attempt used up', async () => {
  const { lab, bucket, role } = await withFile(20_000)
  const job = jobFrom(sourceIn(lab, bucket, { credentials: lab.host.credentials, role: { arn: role.arn, externalId } }))
  lab.double.fault({ operation: 'GetObject', kind: 'cut', nth: 2, afterBytes: 120_000 })
  lab.double.fault({
    operation: 'GetObject',
    kind: 'changeObject',
    nth: 3,
    async change() {
      lab.double.expireSessions()
      await role.setTrust(roleTrustPolicy({ importerAccountArn: lab.host.accountArn, externalId: createExternalId() }))
    },
  })
  expect(await job.runOnce()).toMatchObject({
    outcome: 'blocked',
    imported: 0,
    failed: 0,
    remaining: 1,
    errors: [{ code: 'SOURCE_DENIED' }],
  })
  expect((await job.status()).health).toMatchObject({ state: 'blocked', code: 'SOURCE_DENIED' })
  expect(job.sink.records).toEqual([])
  await role.setTrust(roleTrustPolicy({ importerAccountArn: lab.host.accountArn, externalId }))
  await expect.poll(() => job.runOnce().then(({ imported }) => imported), { timeout: 5_000 }).toBe(1)
  expect(job.sink.records).toHaveLength(20_000)
  await job.close()
  await lab.close()
})

test('the session has the name and the length that the role’s options say', async () => {
  const { lab, bucket, role } = await withFile(1)
  const options = { arn: role.arn, externalId, sessionName: 'tenant-7', durationSeconds: 2 }
  const job = jobFrom(sourceIn(lab, bucket, { credentials: lab.host.credentials, role: options }))
  expect(await job.runOnce()).toMatchObject({ imported: 1 })
  const sessions = lab.double.requests.filter(({ operation }) => operation === 'GetObject').map(({ principal }) => principal)
  expect([...new Set(sessions)]).toEqual([expect.stringMatching(/:assumed-role\/.*\/tenant-7$/)])
  const long = sourceIn(lab, bucket, { credentials: lab.host.credentials, role: { ...options, durationSeconds: 43_200 } })
  expect((await jobFrom(long).runOnce()).imported).toBe(1)
  await job.close()
  await long.close?.()
  await lab.close()
})
