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
  ['arn:aws:s3:::abc', 'abc', ''],
  ['arn:aws:s3:::abc/a%20b/c', 'abc', 'a%20b/c/'],
  ['arn:aws-cn:s3:::abc/a:b/', 'abc', 'a:b/'],
])('%s', (url, bucket, prefix) => {
  expect(parseS3Url(url)).toEqual({ bucket, prefix, place: `s3://${bucket}/${prefix}`, urlRegion: undefined, namesAws: false })
})

const console = 'https://s3.console.aws.amazon.com/s3/buckets'

test.each([
  ['https://abc.s3.amazonaws.com', 'abc', '', undefined],
  ['https://abc.s3.amazonaws.com/a/', 'abc', 'a/', undefined],
  ['https://abc.s3.eu-central-1.amazonaws.com/a/b', 'abc', 'a/b/', 'eu-central-1'],
  ['https://my.dotted.bucket.s3.eu-central-1.amazonaws.com/a/', 'my.dotted.bucket', 'a/', 'eu-central-1'],
  ['https://my.s3.s3.eu-central-1.amazonaws.com/a/', 'my.s3', 'a/', 'eu-central-1'],
  ['https://abc.s3-us-west-2.amazonaws.com/a/', 'abc', 'a/', 'us-west-2'],
  ['https://abc.s3-external-1.amazonaws.com/a/', 'abc', 'a/', 'us-east-1'],
  ['https://abc.s3.dualstack.us-gov-west-1.amazonaws.com/a/', 'abc', 'a/', 'us-gov-west-1'],
  ['https://abc.s3-fips.us-east-1.amazonaws.com/a/', 'abc', 'a/', 'us-east-1'],
  ['https://abc.s3.cn-north-1.amazonaws.com.cn/a/', 'abc', 'a/', 'cn-north-1'],
  ['https://s3.amazonaws.com/abc/a/', 'abc', 'a/', undefined],
  ['https://s3.eu-central-1.amazonaws.com/abc', 'abc', '', 'eu-central-1'],
  ['https://S3.EU-Central-1.AmazonAWS.com/abc/A%20b/%C3%BC+/', 'abc', 'A b/ü+/', 'eu-central-1'],
  [`${console}/abc?region=eu-west-1&prefix=a/b%2Bc+d/&showversions=false`, 'abc', 'a/b+c d/', 'eu-west-1'],
  [`${console}/abc`, 'abc', '', undefined],
  ['https://eu-west-1.console.aws.amazon.com/s3/buckets/abc?prefix=a%2F', 'abc', 'a/', undefined],
  ['https://111122223333-ab12cd34.eu-west-1.console.aws.amazon.com/s3/buckets/abc?tab=objects', 'abc', '', undefined],
  ['https://console.amazonaws.cn/s3/buckets/abc?region=cn-north-1', 'abc', '', 'cn-north-1'],
])('%s', (url, bucket, prefix, urlRegion) => {
  expect(parseS3Url(url)).toEqual({ bucket, prefix, place: `s3://${bucket}/${prefix}`, urlRegion, namesAws: true })
})

const refusals: readonly (readonly [url: unknown, message: RegExp])[] = [
  [undefined, /missing or empty/],
  ['', /missing or empty/],
  [7, /missing or empty/],
  [' s3://abc/', /white space/],
  ['s3://abc/a/\n', /white space/],
  ['abc/a/', /must start with s3:\/\/\.$/],
  ['http://abc.s3.amazonaws.com/a/', /must start with s3:\/\/, not http:/],
  ['file:///etc/passwd', /not file:/],
  ['ftp://abc/a/', /not ftp:/],
  ['S3://abc/', /must start with s3:\/\/, not S3:/],
  ['s3a://abc/', /not s3a:/],
  ['gs://abc/', /not gs:/],
  ['arn:aws:s3:', /not a whole ARN/],
  ['arn:aws:s3:::', /names no bucket/],
  ['arn:aws:s3:::abc/*', /wildcard/],
  ['arn:aws:s3:::ABC/', /upper-case/],
  ['arn:aws:s3:eu-west-1:111122223333:accesspoint/x', /ARN of an access point/],
  ['arn:aws:s3::111122223333:accesspoint/x.mrap', /ARN of an access point/],
  ['arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/x', /other than a bucket/],
  ['arn:aws:iam::111122223333:role/very-secret', /other than a bucket/],
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
  ['s3://abc-s3alias/', /keeps for itself/],
  ['s3://xn--abc/', /keeps for itself/],
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
  ['s3://amzn-s3-demo-bucket/', /keeps for itself/],
  ['https://abc.s3.amazonaws.com/a/?versionId=3', /has a query/],
  ['https://abc.s3.amazonaws.com/a/#top', /has a fragment/],
  ['https://abc.s3.amazonaws.com/a.csv?X-Amz-Credential=AKIA&X-Amz-Signature=secret', /is signed/],
  ['https://abc.s3.amazonaws.com/a.csv?AWSAccessKeyId=AKIA&Signature=secret', /is signed/],
  ['https://user:very-secret@abc.s3.amazonaws.com/a/', /user name or a password/],
  ['https://abc.s3.amazonaws.com:443/a/', /names a port/],
  ['https://abc.s3.amazonaws.com/a/../b/', /"\.\." step/],
  ['https://abc.s3.amazonaws.com/a/%2e%2e/b/', /"\.\." step/],
  ['https://abc.s3.amazonaws.com/%ff/', /percent-encoded UTF-8/],
  ['https://abc.s3.amazonaws.com/100%/', /percent-encoded UTF-8/],
  ['https://abc.s3.amazonaws.com/a%3Fb/', /has a query/],
  ['https://abc.s3.amazonaws.com/a%0Ab/', /control character/],
  ['https://s3.amazonaws.com/', /names no bucket/],
  ['https://s3.amazonaws.com/a%2Fb/', /3 to 63/],
  ['https://x-111122223333.s3-accesspoint.eu-west-1.amazonaws.com/', /leads to an access point/],
  ['https://x.mrap.accesspoint.s3-global.amazonaws.com/', /leads to an access point/],
  ['https://abc.s3-website-us-east-1.amazonaws.com/', /web site/],
  ['https://abc.s3-accelerate.amazonaws.com/a/', /transfer acceleration/],
  ['https://abc--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/', /directory bucket/],
  ['https://111122223333.s3-control.eu-west-1.amazonaws.com/', /control plane/],
  ['https://sts.amazonaws.com/abc/', /not one of S3/],
  ['https://abc.s3.eu-central-1.amazonaws.com.evil.example/a/', /not one of S3/],
  ['https://evil.example/.s3.amazonaws.com/', /not one of S3/],
  ['https://evil.example\\.s3.amazonaws.com/', /not one of AWS/],
  ['https://s3.console.aws.amazon.com/s3/object/abc?prefix=a/b.csv', /page of one object/],
  ['https://s3.console.aws.amazon.com/s3/home?region=eu-west-1', /shows no folder/],
  ['https://s3.console.aws.amazon.com/s3/buckets/abc?region=evil', /region that is none/],
  ['https://s3.console.aws.amazon.com/s3/buckets/abc?bucketType=directory', /directory bucket/],
  ['https://s3.console.aws.amazon.com/s3/buckets/abc?prefix=a/&X-Amz-Signature=secret', /is signed/],
]

test.each(refusals)('refuses %j', (url, message) => {
  const attempt = (): unknown => parseS3Url(url)
  expect(attempt).toThrow(ConfigError)
  expect(attempt).toThrow(message)
  expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', scope: 'job', remedy: expect.stringMatching(/\.$/) }))
  expect(attempt).not.toThrow(/secret/i)
})
