import { setTimeout as delay } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { type PolicyDocument, policyJson } from '../../../src/access/policy-document.js'
import type { S3Credentials } from '../../../src/sources/s3/s3-options.js'
import type { S3Gateway } from '../../sources/s3-gateway.js'
import type { AccessLab, CustomerRole } from './access-lab.js'
import { fresh } from './double-lab.js'
import { iamRequest } from './iam-request.js'

/**
 * The one substitution: this gateway knows no condition `sts:ExternalId`, and its STS relay hands the external id on as
 * `aws:Referer`. Everything else of a generated policy is applied as it is.
 */
const substituted = (trust: PolicyDocument): string => policyJson(trust).replaceAll('"sts:ExternalId"', '"aws:Referer"')

/**
 * On a real gateway. Customer and roles are in one tenant, because a session reads the buckets of its own by name. The host of
 * the role way is the customer itself, who may read everything: what the role does not allow is refused all the same.
 */
export async function gatewayLab(gateway: S3Gateway): Promise<AccessLab> {
  const { endpoint, stsEndpoint, region } = gateway
  const account = gateway.role.arn.split(':')[4] as string
  const client = new S3Client({
    endpoint,
    region,
    credentials: gateway.customer,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const roles: string[] = []
  // The owner administers roles; a name with a tenant before it is one of that tenant's.
  const iam = (parameters: Readonly<Record<string, string>>): Promise<void> =>
    iamRequest({ endpoint, region, credentials: gateway.owner }, parameters)
  const create = async (what: string, trust: string): Promise<{ readonly name: string; readonly arn: string }> => {
    const name = fresh(what)
    await iam({ Action: 'CreateRole', RoleName: `${account}$${name}`, Path: '/', AssumeRolePolicyDocument: trust })
    roles.push(`${account}$${name}`)
    return { name: `${account}$${name}`, arn: `arn:aws:iam::${account}:role/${name}` }
  }
  const readerTrust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: gateway.readerArn }, Action: 'sts:AssumeRole' },
  }
  const importer = await create('importer', JSON.stringify(readerTrust))
  return {
    name: 'gateway',
    server: { endpoint, stsEndpoint, region },
    importer: {
      roleArn: importer.arn,
      credentials: () => session(gateway, importer.arn, 900),
      shortSession: async () => ({ keys: await session(gateway, importer.arn, 2), end: () => delay(3_100) }),
    },
    host: { accountArn: `arn:aws:iam::${account}:root`, credentials: gateway.customer },
    async bucket() {
      const Bucket = fresh('customer')
      await client.send(new CreateBucketCommand({ Bucket }))
      return Bucket
    },
    put: async (Bucket, Key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body }))),
    async tag(Bucket, tags) {
      const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      if (TagSet.length === 0) await client.send(new DeleteBucketTaggingCommand({ Bucket }))
      else await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
    },
    async setBucketPolicy(Bucket, policy) {
      if (policy === undefined) await client.send(new DeleteBucketPolicyCommand({ Bucket }))
      else await client.send(new PutBucketPolicyCommand({ Bucket, Policy: policyJson(policy) }))
    },
    async createRole(trust, permissions): Promise<CustomerRole> {
      const { name, arn } = await create('reader', substituted(trust))
      const role: CustomerRole = {
        arn,
        setTrust: (policy) => iam({ Action: 'UpdateAssumeRolePolicy', RoleName: name, PolicyDocument: substituted(policy) }),
        setPermissions: (policy) =>
          policy === undefined
            ? iam({ Action: 'DeleteRolePolicy', RoleName: name, PolicyName: 'read' })
            : iam({ Action: 'PutRolePolicy', RoleName: name, PolicyName: 'read', PolicyDocument: policyJson(policy) }),
      }
      if (permissions !== undefined) await role.setPermissions(permissions)
      return role
    },
    async close() {
      for (const RoleName of roles) {
        await iam({ Action: 'DeleteRolePolicy', RoleName, PolicyName: 'read' }).catch(() => {})
        await iam({ Action: 'DeleteRole', RoleName })
      }
      client.destroy()
    },
  }
}

async function session({ stsEndpoint, region, reader }: S3Gateway, RoleArn: string, DurationSeconds: number): Promise<S3Credentials> {
  const sts = new STSClient({ endpoint: stsEndpoint, region, credentials: reader })
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'host', DurationSeconds }))
  sts.destroy()
  return { accessKeyId: given?.AccessKeyId ?? '', secretAccessKey: given?.SecretAccessKey ?? '', sessionToken: given?.SessionToken }
}
