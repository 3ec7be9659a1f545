import { startS3Double } from 'lading/testing'
import type { ContractServer } from './contract-server.js'

/** The double, as the contract needs it. */
export async function doubleServer(): Promise<ContractServer> {
  const double = await startS3Double({ minSessionSeconds: 1 })
  const reader = double.addUser('reader')
  const role = { arn: `arn:aws:iam::${double.account}:role/importer`, externalId: 'ext-0123456789abcdef' }
  double.addRole({ ...role, trusted: reader, allow: ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'] })
  return {
    name: 'double',
    endpoint: double.endpoint,
    stsEndpoint: double.stsEndpoint,
    region: double.region,
    owner: double.credentials,
    reader,
    customer: double.credentials,
    role,
    async allowReader(bucket, actions) {
      double.setPolicy(bucket, [{ principal: reader.arn, actions }])
    },
    async letSessionsExpire() {
      double.expireSessions()
    },
    close: () => double.close(),
  }
}
