import { expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { parseS3Url } from '../../src/sources/s3/s3-url.js'

test.each([
  ['s3://example-demo-bucket/click-thru-rate/production/v1/', 'example-demo-bucket', 'click-thru-rate/production/v1/'],
  ['s3://example-demo-bucket/a/b', 'example-demo-bucket', 'a/b/'],
  ['s3://abc', 'abc', ''],
  ['s3://abc/', 'abc', ''],
  ['s3://my.dotted.bucket/dt=2026-01-01/', 'my.dotted.bucket', 'dt=2026-01-01/'],
  ['s3://abc/a%20b+c/ü 😀/', 'abc', 'a%20b+c/ü 😀/'],
  ['s3://abc/a//b', 'abc', 'a//b/'],
  ['s3://abc/..a/b..', 'abc', '..a/b../'],
])('%s', (url, bucket, prefix) => {
  expect(parseS3Url(url)).toEqual({ bucket, prefix, place: `s3://${bucket}/${prefix}` })
})

const refusals: readonly (readonly [url: unknown, message: RegExp])[] = [
  [undefined, /missing or empty/],
  ['', /missing or empty/],
  [7, /missing or empty/],
  [' s3://abc/', /white space/],
  ['s3://abc/a/\n', /white space/],
  ['abc/a/', /must start with s3:\/\/\.$/],
  ['https://abc.s3.amazonaws.com/a/', /must start with s3:\/\/, not https:/],
  ['S3://abc/', /must start with s3:\/\/, not S3:/],
  ['s3a://abc/', /not s3a:/],
  ['gs://abc/', /not gs:/],
  ['arn:aws:s3:::abc', /not arn:/],
  ['s3://', /names no bucket/],
  ['s3:///a/', /names no bucket/],
  ['s3://AKIASECRET:very-secret@abc/', /user name or a password/],
  ['s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/x/', /ARN/],
  ['s3://abc:9000/a/', /port/],
  ['s3://ABC/', /upper-case/],
  ['s3://a_bc/', /character other than/],
  ['s3://ab/', /3 to 63/],
  [`s3://${'a'.repeat(64)}/`, /3 to 63/],
  ['s3://-abc/', /start and end with/],
  ['s3://abc-/', /start and end with/],
  ['s3://a..bc/', /two dots/],
  ['s3://192.168.0.1/', /IP address/],
  ['s3://abc--usw2-az1--x-s3/', /directory bucket/],
  ['s3://abc-s3alias/', /keeps for aliases/],
  ['s3://xn--abc/', /keeps for aliases/],
  ['s3://abc?x=1', /query or a fragment/],
  ['s3://abc/a/?versionId=3', /has a query/],
  ['s3://abc/a/#b', /has a fragment/],
  ['s3://abc/a/*.csv', /wildcard/],
  ['s3://abc/a/../b/', /"\.\." step/],
  ['s3://abc/..', /"\.\." step/],
  ['s3://abc/./a', /"\.\." step/],
  ['s3://abc//a/', /two slashes/],
  ['s3://abc/a\u0000b/', /control character/],
  ['s3://abc/\ud800/', /surrogate/],
  [`s3://abc/${'ü'.repeat(512)}/`, /1,024 bytes/],
]

test.each(refusals)('refuses %j', (url, message) => {
  const attempt = (): unknown => parseS3Url(url)
  expect(attempt).toThrow(ConfigError)
  expect(attempt).toThrow(message)
  expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', scope: 'job', remedy: expect.stringMatching(/\.$/) }))
  expect(attempt).not.toThrow(/secret/i)
})
