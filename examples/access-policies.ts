// A customer's bucket, connected: the importer writes the policy, the customer applies it, the doctor says what is missing.
// The bucket is a double here, which enforces the policies that it is given.
import { ImportJob, memorySink, memoryStore, rowMapper } from 'lading'
import { bucketPolicy, bucketPolicyTerraform, createExternalId, createIngestionKey, policyJson, roleTrustPolicy, s3Source } from 'lading/s3'
import { startS3Double } from 'lading/testing'

const importerRoleArn = 'arn:aws:iam::999988887777:role/importer'
const place = { bucket: 'example-demo-bucket', prefix: 'click-thru-rate/production/v1/' }

// For the customer, as JSON or as Terraform. One bucket: its own policy lets the importer's role in.
const policy = bucketPolicy({ ...place, importerRoleArn })
for (const statement of policy.Statement.slice(2)) console.log(policyJson(statement))
const terraform = bucketPolicyTerraform({ ...place, importerRoleArn, ingestionKey: 'value-of-the-tag' })
console.log(terraform.split('\n').slice(0, 7).join('\n'))
// Many buckets: a role of the customer's trusts the importer's account, with this customer's external id.
const trust = roleTrustPolicy({ importerAccountArn: 'arn:aws:iam::999988887777:root', externalId: createExternalId() })
console.log(Object.keys(trust.Statement[0]?.Condition?.StringEquals ?? {}))

// The customer forgets one statement, and the tag.
await using s3 = await startS3Double()
const importer = s3.addUser('importer', '999988887777')
const asUser = (statements: typeof policy.Statement) => ({
  Statement: statements.map((statement) => ({ ...statement, Principal: { AWS: importer.arn } })),
})
s3.createBucket(place.bucket)
s3.putObject(place.bucket, `${place.prefix}monday.csv`, 'id\n1\n2\n')
s3.setPolicy(place.bucket, asUser(policy.Statement.slice(1)))

const ingestionKey = createIngestionKey()
const sink = memorySink<{ readonly id: unknown }>()
await using job = new ImportJob({
  id: 'click-through',
  source: s3Source({
    url: `s3://${place.bucket}/${place.prefix}`,
    ingestionKey,
    importerRoleArn,
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: importer,
  }),
  mapper: rowMapper({ signature: '1', columns: { id: 'int64' }, map: ({ id }) => ({ id }) }),
  sink,
  store: memoryStore(),
})

for (const { permission, ok, tried = true, code, fix } of await job.checkAccess()) {
  const line = [permission, tried ? (ok ? 'ok' : 'missing') : 'not tried', code, fix && `add to the ${fix.addTo}`]
  console.log(line.filter((part) => part !== undefined).join(' | '))
}

// Both are mended.
s3.setPolicy(place.bucket, asUser(policy.Statement))
s3.setTags(place.bucket, { 'arize-ingestion-key': ingestionKey })
console.log((await job.checkAccess()).every(({ ok }) => ok))
console.log((await job.runOnce()).imported, 'file,', sink.records.length, 'records')

// Output:
// {
//   "Effect": "Allow",
//   "Principal": {
//     "AWS": "arn:aws:iam::999988887777:role/importer"
//   },
//   "Action": "s3:ListBucket",
//   "Resource": "arn:aws:s3:::example-demo-bucket",
//   "Condition": {
//     "StringLike": {
//       "s3:prefix": "click-thru-rate/production/v1/*"
//     }
//   }
// }
// resource "aws_s3_bucket" "example-demo-bucket" {
//   bucket = "example-demo-bucket"
//
//   tags = {
//     arize-ingestion-key = "value-of-the-tag"
//   }
// }
// [ 'sts:ExternalId' ]
// region | ok
// s3:ListBucket | ok
// s3:GetObject | ok
// kms:Decrypt | not tried
// storage-class | ok
// s3:GetBucketTagging | missing | TAGGING_DENIED | add to the bucket policy of example-demo-bucket
// ownership-tag | not tried
// true
// 1 file, 2 records
