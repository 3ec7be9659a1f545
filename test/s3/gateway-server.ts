import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import type { ContractServer, Keys } from './contract-server.js'

/** The running gateway that the env file of `test/servers/rgw up` describes, as the contract needs it. */
export async function gatewayServer(envFile: string): Promise<ContractServer> {
  const settings = new Map(
    (await readFile(envFile, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )
  const setting = (name: string): string => {
    const value = settings.get(name)
    if (value === undefined) throw new Error(`${envFile} has no ${name}: it must be what "test/servers/rgw up DIR PORT" wrote`)
    return value
  }
  const keys = (name: string): Keys => ({
    accessKeyId: setting(`RGW_${name}_ACCESS_KEY_ID`),
    secretAccessKey: setting(`RGW_${name}_SECRET_ACCESS_KEY`),
  })
  const endpoint = setting('RGW_S3_ENDPOINT')
  const region = setting('RGW_REGION')
  const arn = setting('RGW_READER_ARN')
  const client = new S3Client({ endpoint, region, credentials: keys('OWNER'), forcePathStyle: true, maxAttempts: 1 })
  return {
    name: 'gateway',
    endpoint,
    stsEndpoint: setting('RGW_STS_ENDPOINT'),
    region,
    owner: keys('OWNER'),
    reader: { ...keys('READER'), arn },
    customer: keys('CUSTOMER'),
    role: { arn: setting('RGW_ROLE_ARN'), externalId: setting('RGW_EXTERNAL_ID') },
    async allowReader(bucket, actions) {
      const statement = {
        Effect: 'Allow',
        Principal: { AWS: [arn] },
        Action: actions,
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      }
      await client.send(
        new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }),
      )
    },
    async letSessionsExpire() {
      await delay(2_100)
    },
    async close() {
      client.destroy()
    },
  }
}
