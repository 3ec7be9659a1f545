import { randomBytes } from 'node:crypto'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { PolicyDocument } from '../../../src/access/policy-document.js'
import type { S3Credentials } from '../../../src/sources/s3/s3-options.js'
import { type S3Double, startS3Double } from '../../../src/testing/s3-double/s3-double.js'
import type { AccessLab, CustomerRole } from './access-lab.js'

export interface DoubleLab extends AccessLab {
  readonly double: S3Double
}

/** On the double, which is asked the generated policies as they are. */
export async function doubleLab(): Promise<DoubleLab> {
  const double = await startS3Double({ minSessionSeconds: 1 })
  const { endpoint, stsEndpoint, region, account } = double
  const hostAccount = '999988887777'
  const host = double.addUser('host', hostAccount)
  const importerArn = `arn:aws:iam::${hostAccount}:role/importer`
  double.addRole({ arn: importerArn, trusted: host })
  return {
    name: 'double',
    double,
    server: { endpoint, stsEndpoint, region },
    importer: {
      roleArn: importerArn,
      credentials: () => session(double, host, importerArn),
      shortSession: async () => ({ keys: await session(double, host, importerArn), end: async () => double.expireSessions() }),
    },
    host: { accountArn: `arn:aws:iam::${hostAccount}:root`, credentials: host },
    async bucket() {
      const name = fresh('customer')
      double.createBucket(name)
      return name
    },
    async put(bucket, key, body) {
      double.putObject(bucket, key, body)
    },
    async tag(bucket, tags) {
      double.setTags(bucket, Object.keys(tags).length === 0 ? undefined : tags)
    },
    async setBucketPolicy(bucket, policy) {
      double.setPolicy(bucket, policy)
    },
    async createRole(trust, permissions): Promise<CustomerRole> {
      const arn = `arn:aws:iam::${account}:role/${fresh('reader')}`
      let [trustPolicy, allowed]: (PolicyDocument | undefined)[] = [trust, permissions]
      const store = (): void =>
        double.addRole({
          arn,
          ...(trustPolicy === undefined ? {} : { trustPolicy }),
          ...(allowed === undefined ? {} : { permissions: allowed }),
        })
      store()
      return {
        arn,
        async setTrust(policy) {
          trustPolicy = policy
          store()
        },
        async setPermissions(policy) {
          allowed = policy
          store()
        },
      }
    },
    close: () => double.close(),
  }
}

async function session(double: S3Double, credentials: S3Credentials, RoleArn: string): Promise<S3Credentials> {
  const sts = new STSClient({ endpoint: double.stsEndpoint, region: double.region, credentials: credentials as never })
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'host' }))
  sts.destroy()
  return { accessKeyId: given?.AccessKeyId ?? '', secretAccessKey: given?.SecretAccessKey ?? '', sessionToken: given?.SessionToken }
}

export function fresh(what: string): string {
  return `${what}-${randomBytes(6).toString('hex')}`
}
