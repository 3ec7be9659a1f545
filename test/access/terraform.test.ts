// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts that other languages take for templates
import { parse } from '@cdktf/hcl2json'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketPolicyTerraform } from '../../src/access/bucket-policy-terraform.js'
import { hclAttributes, hclBlock, hclText } from '../../src/access/hcl.js'
import { roleTerraform } from '../../src/access/role-terraform.js'
import { ConfigError } from '../../src/errors.js'

const importerRoleArn = 'arn:aws:iam::756106863523:role/arize-importer'
const importerAccountArn = 'arn:aws:iam::756106863523:root'
const hcl = (text: string): Promise<Record<string, unknown>> => parse('main.tf', text)
/** How the parser's JSON shows a text without templates. */
const shown = (text: string): string => text.replace(/[$%]\{/g, (start) => `${start[0]}${start}`)

/** The example of the origin's page, its redacted account filled in. */
const pageExample = `
resource "aws_s3_bucket" "arize-example-bucket" {
  bucket = "my-arize-example-bucket"
  tags = {
    arize-ingestion-key = "value_from_arize_ui"
  }
}
resource "aws_s3_bucket_policy" "grant_arize_read_only_access" {
  bucket = aws_s3_bucket.arize-example-bucket.id
  policy = data.aws_iam_policy_document.grant_arize_read_only_access.json
}
data "aws_iam_policy_document" "grant_arize_read_only_access" {
  statement {
    principals {
      type        = "AWS"
      identifiers = ["${importerRoleArn}"]
    }
    actions = [
      "s3:GetBucketTagging",
      "s3:GetObject",
      "s3:ListBucket",
    ]
    resources = [
      aws_s3_bucket.arize-example-bucket.arn,
      "\${aws_s3_bucket.arize-example-bucket.arn}/*",
    ]
  }
}
`

test('the bucket-policy way is what the page of the origin has', async () => {
  const text = bucketPolicyTerraform({
    bucket: 'my-arize-example-bucket',
    bucketLabel: 'arize-example-bucket',
    policyLabel: 'grant_arize_read_only_access',
    ingestionKey: 'value_from_arize_ui',
    importerRoleArn,
  })
  expect(await hcl(text)).toEqual(await hcl(pageExample))
})

test('the role way: a role, whom it trusts, what it may, and tagged buckets', async () => {
  const text = roleTerraform({
    importerAccountArn,
    externalId: 'the-id',
    buckets: [
      { bucket: 'my-arize-example-bucket', bucketLabel: 'arize-example-bucket', ingestionKey: 'value_from_arize_ui' },
      { bucket: '2nd.bucket', prefix: 'in/', ingestionKey: 'another-value' },
    ],
    kmsKeyArns: ['arn:aws:kms:eu-central-1:111122223333:key/k'],
  })
  const { resource, data } = (await hcl(text)) as Record<string, Record<string, Record<string, unknown>>>
  expect(resource).toEqual({
    aws_s3_bucket: {
      'arize-example-bucket': [{ bucket: 'my-arize-example-bucket', tags: { 'arize-ingestion-key': 'value_from_arize_ui' } }],
      _2nd_bucket: [{ bucket: '2nd.bucket', tags: { 'arize-ingestion-key': 'another-value' } }],
    },
    aws_iam_role: { importer: [{ name: 'importer', assume_role_policy: '${data.aws_iam_policy_document.importer_trust.json}' }] },
    aws_iam_role_policy: {
      importer: [{ role: '${aws_iam_role.importer.id}', policy: '${data.aws_iam_policy_document.importer_permissions.json}' }],
    },
  })
  expect(data?.aws_iam_policy_document?.importer_trust).toEqual([
    {
      statement: [
        {
          principals: [{ type: 'AWS', identifiers: [importerAccountArn] }],
          actions: ['sts:AssumeRole'],
          condition: [{ test: 'StringEquals', variable: 'sts:ExternalId', values: ['the-id'] }],
        },
      ],
    },
  ])
  const second = '${aws_s3_bucket._2nd_bucket.arn}'
  expect(data?.aws_iam_policy_document?.importer_permissions).toEqual([
    {
      statement: [
        {
          actions: ['s3:GetBucketTagging', 's3:GetObject', 's3:ListBucket'],
          resources: ['${aws_s3_bucket.arize-example-bucket.arn}', '${aws_s3_bucket.arize-example-bucket.arn}/*'],
        },
        { actions: ['s3:GetBucketTagging'], resources: [second] },
        { actions: ['s3:GetObject'], resources: [`${second}/in/*`] },
        { actions: ['s3:ListBucket'], resources: [second], condition: [{ test: 'StringLike', variable: 's3:prefix', values: ['in/*'] }] },
        {
          actions: ['kms:Decrypt'],
          resources: ['arn:aws:kms:eu-central-1:111122223333:key/k'],
          condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: ['s3.eu-central-1.amazonaws.com'] }],
        },
      ],
    },
  ])
})

const hostile = [
  '${path.module}',
  '$${x}',
  '$$${x}',
  '%{ if true }x%{ endif }',
  '%%{x}',
  '"}\n}\nresource "aws_iam_user" "mine" {}\n',
  'end\\',
  '\\"',
  '${file("/etc/passwd")}',
  '<<EOT',
  '# comment /* */ //',
  'tab\tcr\r',
  'ü😀 \u202e\u2028\u0000\u{e0001}',
]

describe('hostile texts stay texts', () => {
  test.each(hostile)('%j as a prefix, an ingestion key and the key of a tag', async (text) => {
    const parsed = (await hcl(
      bucketPolicyTerraform({ bucket: 'customer-bucket', prefix: text, ingestionKey: text, tagKey: text, importerRoleArn }),
    )) as { resource: Record<string, unknown>; data: Record<string, Record<string, [{ statement: Record<string, unknown>[] }]>> }
    expect(Object.keys(parsed.resource)).toEqual(['aws_s3_bucket', 'aws_s3_bucket_policy'])
    expect(parsed.resource.aws_s3_bucket).toEqual({
      'customer-bucket': [{ bucket: 'customer-bucket', tags: { [shown(text)]: shown(text) } }],
    })
    const [, get, list] = parsed.data.aws_iam_policy_document?.grant_importer_read_only_access?.[0].statement ?? []
    const inPolicy = `${text.endsWith('/') ? text : `${text}/`}`.replace(/[*?]|\$(?=\{)/g, (char) => `\${${char}}`)
    expect(get?.resources).toEqual([`\${aws_s3_bucket.customer-bucket.arn}/${shown(inPolicy)}*`])
    expect(list?.condition).toEqual([{ test: 'StringLike', variable: 's3:prefix', values: [`${shown(inPolicy)}*`] }])
  })

  test('any text at all, as the parser reads it back', async () => {
    const piece = fc.oneof(
      fc.constantFrom('${', '$', '{', '%{', '%', '}', '"', '\\', '\n', 'u0041', '~', '*'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('').normalize('NFC'))
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const parsed = await hcl(`${hclBlock('resource "x" "y"', hclAttributes([['value', hclText(value)]]))}\n`)
        expect(parsed).toEqual({ resource: { x: { y: [{ value: shown(value) }] } } })
      }),
      { numRuns: 300 },
    )
  })
})

describe('what Terraform cannot say is refused, not said otherwise', () => {
  const input = { bucket: 'customer-bucket', ingestionKey: 'k', importerRoleArn }
  test.each([
    ['another spelling of a variable', { prefix: '&{aws:username}/' }, /"&\{"/],
    ['decomposed characters', { prefix: 'u\u0308/' }, /decomposed/],
    ['decomposed characters in a tag', { ingestionKey: 'u\u0308' }, /decomposed/],
    ['a label with a quotation mark', { bucketLabel: 'x" {}' }, /`bucketLabel` is not a label/],
    ['a label of the policy with a line', { policyLabel: 'x\n' }, /`policyLabel` is not a label/],
    ['a bucket of quotation marks', { bucket: '"}"' }, /a character other than/],
    ['no ingestion key', { ingestionKey: '' }, /`ingestionKey` is missing/],
  ])('%s', (_, options, message) => {
    const make = () => bucketPolicyTerraform({ ...input, ...options })
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(message)
  })

  test('two buckets of one label, and the name of a role that is none', () => {
    const buckets = [
      { bucket: 'a.b', ingestionKey: 'k' },
      { bucket: 'other', bucketLabel: 'a_b', ingestionKey: 'k' },
    ]
    expect(() => roleTerraform({ importerAccountArn, externalId: 'x1', buckets })).toThrow(/same label/)
    expect(() => roleTerraform({ importerAccountArn, externalId: 'x1', buckets: buckets.slice(1), roleName: 'a/b' })).toThrow(/`roleName`/)
  })
})

test('the text is laid out as the formatter of Terraform would', () => {
  const text = bucketPolicyTerraform({ bucket: 'customer-bucket', prefix: 'in/', ingestionKey: 'k', importerRoleArn })
  expect(text).toMatchInlineSnapshot(`
    "resource "aws_s3_bucket" "customer-bucket" {
      bucket = "customer-bucket"

      tags = {
        arize-ingestion-key = "k"
      }
    }

    resource "aws_s3_bucket_policy" "grant_importer_read_only_access" {
      bucket = aws_s3_bucket.customer-bucket.id
      policy = data.aws_iam_policy_document.grant_importer_read_only_access.json
    }

    data "aws_iam_policy_document" "grant_importer_read_only_access" {
      statement {
        principals {
          type        = "AWS"
          identifiers = ["arn:aws:iam::756106863523:role/arize-importer"]
        }

        actions   = ["s3:GetBucketTagging"]
        resources = [aws_s3_bucket.customer-bucket.arn]
      }

      statement {
        principals {
          type        = "AWS"
          identifiers = ["arn:aws:iam::756106863523:role/arize-importer"]
        }

        actions   = ["s3:GetObject"]
        resources = ["\${aws_s3_bucket.customer-bucket.arn}/in/*"]
      }

      statement {
        principals {
          type        = "AWS"
          identifiers = ["arn:aws:iam::756106863523:role/arize-importer"]
        }

        actions   = ["s3:ListBucket"]
        resources = [aws_s3_bucket.customer-bucket.arn]

        condition {
          test     = "StringLike"
          variable = "s3:prefix"
          values   = ["in/*"]
        }
      }
    }
    "
  `)
})
