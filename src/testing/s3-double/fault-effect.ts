import { type Answer, bytesAnswer, emptyAnswer, xmlAnswer } from './answer.js'
import { damageListing } from './damage-listing.js'
import type { Delivery } from './delivery.js'
import type { DoubleRequest } from './double-request.js'
import type { Fault } from './fault.js'
import { ServiceError } from './service-error.js'
import { escapeXml } from './xml.js'

/** What a fault does to a request on its way in. Throws the error that the fault answers with. */
export function spoilRequest(fault: Fault, request: DoubleRequest): DoubleRequest {
  switch (fault.kind) {
    case 'slowDown': {
      const { retryAfterSeconds } = fault
      throw new ServiceError(
        'SlowDown',
        'Please reduce your request rate.',
        {},
        retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
      )
    }
    case 'internalError':
      throw new ServiceError('InternalError', 'We encountered an internal error. Please try again.')
    case 'expiredToken':
      throw new ServiceError('ExpiredToken', 'The provided token has expired.')
    case 'accessDenied':
      throw new ServiceError('AccessDenied', 'Access Denied.')
    case 'timeSkewed':
      throw new ServiceError('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.')
    case 'redirect':
      if (fault.location !== undefined) return request
      throw new ServiceError(
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint.',
        { Bucket: request.bucket },
        { 'x-amz-bucket-region': fault.region ?? 'eu-central-1' },
      )
    case 'ignoreRange': {
      const { range: _, ...headers } = request.headers
      return { ...request, headers }
    }
    default:
      return request
  }
}

/** What a fault does to an answer on its way out. */
export async function spoilAnswer(fault: Fault, request: DoubleRequest, answer: Answer): Promise<Answer> {
  switch (fault.kind) {
    case 'redirect':
      return emptyAnswer(307, { location: fault.location ?? '' })
    case 'shortRange':
      return resized(answer, Math.min(answer.size, fault.bytes))
    case 'longRange':
      return { ...resized(answer, answer.size + fault.bytes), read: padded(answer) }
    case 'wrongContentRange':
      return withHeaders(answer, { 'content-range': answer.headers['content-range']?.replace(/(\d+)-(\d+)/, shifted) })
    case 'wrongEtag':
      return withHeaders(answer, { etag: `"${fault.etag ?? '00000000000000000000000000000000'}"` })
    case 'wrongChecksum':
      return withHeaders(answer, { 'x-amz-checksum-crc32': 'AAAAAA==' })
    case 'headers':
      return withHeaders(answer, fault.headers)
    case 'truncatedXml': {
      const body = await answer.read(0, answer.size)
      return bytesAnswer(answer.status, body.subarray(0, Math.floor(body.length * (fault.at ?? 0.5))), answer.headers)
    }
    case 'malformedListing': {
      const body = await answer.read(0, answer.size)
      return xmlAnswer(answer.status, damageListing(Buffer.from(body).toString(), fault.damage, request))
    }
    case 'storageClass': {
      const body = Buffer.from(await answer.read(0, answer.size)).toString()
      const said = `<StorageClass>${escapeXml(fault.storageClass)}</StorageClass>`
      return xmlAnswer(
        answer.status,
        body.replace(/<StorageClass>[^<]*<\/StorageClass>/g, () => said),
      )
    }
    default:
      return answer
  }
}

/** How a fault spoils the sending. */
export function deliveryOf(fault: Fault): Delivery {
  switch (fault.kind) {
    case 'cut':
      return { cutAfter: fault.afterBytes, reset: fault.reset ?? false, hideLength: fault.hideLength ?? false }
    case 'stall':
      return { stallAfter: fault.afterBytes }
    case 'trickle':
      return { trickle: { bytes: fault.bytes, everyMs: fault.everyMs } }
    default:
      return {}
  }
}

/** Another length, and a Content-Range that agrees with it. */
function resized(answer: Answer, size: number): Answer {
  const range = answer.headers['content-range']?.replace(/(\d+)-\d+/, (_, start: string) => `${start}-${Number(start) + size - 1}`)
  return { ...withHeaders(answer, range === undefined ? {} : { 'content-range': range }), size }
}

function padded(answer: Answer): Answer['read'] {
  return async (start, end) => {
    const bytes = new Uint8Array(end - start)
    if (start < answer.size) bytes.set(await answer.read(start, Math.min(end, answer.size)))
    return bytes
  }
}

function shifted(_range: string, start: string, end: string): string {
  return `${Number(start) + 1}-${Number(end) + 1}`
}

function withHeaders(answer: Answer, changes: Readonly<Record<string, string | undefined>>): Answer {
  const headers: Record<string, string> = { ...answer.headers }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = value
  }
  return { ...answer, headers }
}
