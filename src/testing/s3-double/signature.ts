import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { AccessControl, AccessKey, Principal } from './access-control.js'
import type { DoubleRequest } from './double-request.js'
import { encodePath, encodePercent } from './percent.js'
import { ServiceError } from './service-error.js'

const maxSkewMs = 15 * 60 * 1000
/** Set or changed on the way, so clients leave them unsigned although they start with `x-amz`. */
const unsignable = new Set(['x-amz-user-agent', 'x-amzn-trace-id'])

interface Authorization {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** Checks the header form of AWS Signature Version 4 and says who signed. Throws the `ServiceError` AWS would answer with. */
export function verifySignature(
  request: DoubleRequest,
  { access, region, service, now }: { access: AccessControl; region: string; service: 's3' | 'sts'; now: Date },
): Principal {
  const auth = parseAuthorization(request.headers.authorization)
  const key = knownKey(request, access, auth, service)
  const stamp = request.headers['x-amz-date'] ?? ''
  checkTime(stamp, now)
  checkScope(auth, { region, service, date: stamp.slice(0, 8) })
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || (name.startsWith('x-amz-') && !unsignable.has(name))) && !auth.signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw new ServiceError('AccessDenied', 'There were headers present in the request which were not signed.', {
      HeadersNotSigned: unsigned.join(', '),
    })
  }
  const expected = sign(request, auth, stamp, key.credentials.secretAccessKey, payloadHash(request, service))
  const given = Buffer.from(auth.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new ServiceError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: auth.accessKeyId },
    )
  }
  if (key.expiresAt !== undefined && key.expiresAt <= now) {
    throw new ServiceError('ExpiredToken', 'The provided token has expired.')
  }
  return key.principal
}

function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined) throw new ServiceError('AccessDenied', 'Access Denied.')
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    )
  if (match === null) throw new ServiceError('InvalidArgument', 'Unsupported or malformed Authorization header.')
  const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature }
}

function checkScope(auth: Authorization, expected: Pick<Authorization, 'region' | 'service' | 'date'>): void {
  for (const part of ['region', 'service', 'date'] as const) {
    if (auth[part] === expected[part]) continue
    const detail = `the ${part} '${auth[part]}' is wrong; expecting '${expected[part]}'`
    throw expected.service === 'sts'
      ? new ServiceError('SignatureDoesNotMatch', `Credential should be scoped to a valid ${part}: ${detail}`)
      : new ServiceError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${detail}`, { Region: expected.region })
  }
}

function knownKey(request: DoubleRequest, access: AccessControl, auth: Authorization, service: string): AccessKey {
  const unknown = service === 'sts' ? 'InvalidClientTokenId' : 'InvalidAccessKeyId'
  const key = access.key(auth.accessKeyId)
  const token = request.headers['x-amz-security-token']
  if (key === undefined || (key.credentials.sessionToken !== undefined && token === undefined)) {
    throw new ServiceError(unknown, 'The access key id you provided does not exist in our records.', { AWSAccessKeyId: auth.accessKeyId })
  }
  if (key.credentials.sessionToken !== token) {
    throw new ServiceError(service === 'sts' ? unknown : 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
  }
  return key
}

function checkTime(stamp: string, now: Date): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp)
  if (match === null) throw new ServiceError('AccessDenied', 'The request needs a valid x-amz-date header.')
  const [, year, month, day, hour, minute, second] = match.map(Number)
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
  if (Math.abs(at - now.getTime()) <= maxSkewMs) return
  throw new ServiceError('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    RequestTime: stamp,
    ServerTime: now.toISOString(),
    MaxAllowedSkewMilliseconds: String(maxSkewMs),
  })
}

/** The last line of the canonical request; a hash given for a body in one piece is compared with the body. */
function payloadHash(request: DoubleRequest, service: 's3' | 'sts'): string {
  const actual = createHash('sha256').update(request.body).digest('hex')
  const given = request.headers['x-amz-content-sha256']
  if (given === undefined) {
    if (service === 'sts') return actual
    throw new ServiceError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256.')
  }
  if (given === 'UNSIGNED-PAYLOAD' || given === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return given
  if (given.startsWith('STREAMING-')) throw new ServiceError('NotImplemented', `This double does not know ${given}.`)
  if (given !== actual) {
    throw new ServiceError('XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 header does not match what was computed.', {
      ClientComputedContentSHA256: given,
      S3ComputedContentSHA256: actual,
    })
  }
  return given
}

function sign(request: DoubleRequest, auth: Authorization, stamp: string, secret: string, payload: string): Buffer {
  const query = [...request.query]
    .map(([name, value]) => [encodePercent(name), encodePercent(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
  const canonical = [
    request.method,
    encodePath(request.path),
    query.map(([name, value]) => `${name}=${value}`).join('&'),
    ...auth.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    auth.signedHeaders.join(';'),
    payload,
  ].join('\n')
  const scope = `${auth.date}/${auth.region}/${auth.service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
  const signingKey = [auth.region, auth.service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, auth.date))
  return hmac(signingKey, text)
}
