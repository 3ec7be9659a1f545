import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { S3_ACCESS_CODES } from '../../src/access/access-code.js'
import { bucketPolicy } from '../../src/access/bucket-policy.js'
import { roleTrustPolicy } from '../../src/access/role-trust-policy.js'

const root = new URL('../../', import.meta.url)

test('every code of a check is documented once, nothing else is, and each is given somewhere', () => {
  const page = readFileSync(new URL('docs/reference/access.md', root), 'utf8')
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1])
  expect(documented.sort()).toEqual([...S3_ACCESS_CODES].sort())
  const folder = new URL('src/sources/s3/', root)
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
  expect(S3_ACCESS_CODES.filter((code) => !sources.some((text) => text.includes(`'${code}'`)))).toEqual([])
})

test('the policies that the guide shows are those that are made', () => {
  const page = readFileSync(new URL('docs/how-to/connect-a-bucket.md', root), 'utf8')
  const shown = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json.replace('lei_…', 'lei_x')))
  const account = 'arn:aws:iam::999988887777'
  expect(shown).toEqual([
    bucketPolicy({ bucket: 'example-demo-bucket', importerRoleArn: `${account}:role/importer` }),
    roleTrustPolicy({ importerAccountArn: `${account}:root`, externalId: 'lei_x' }),
  ])
})
