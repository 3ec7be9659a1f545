import type { ConfigError } from '../../errors.js'
import type { RawPlace } from './s3-url.js'

type Refuse = (message: string, remedy?: string) => ConfigError

const inPlaceOf = 'Write s3://bucket/prefix/ instead.'
const domain = String.raw`amazonaws\.com(?:\.cn)?`
const region = String.raw`[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}`
/** `s3`, `s3.REGION`, `s3-REGION`, `s3.dualstack.REGION`, `s3-fips.REGION`, each after a bucket or alone. */
const restHost = new RegExp(String.raw`^(?:(.+)\.)?s3(?:-fips)?(?:\.dualstack)?(?:[.-](${region}|external-1))?\.${domain}$`)
const consoleHost = /^(?:[a-z0-9-]+\.){0,3}console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/
/** Hosts of AWS that lead to something other than a bucket as it is. */
const otherHosts: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/[.-]s3-accesspoint[.-]|\.accesspoint\.|s3-object-lambda|s3-outposts/, 'an access point'],
  [/[.-]s3-website[.-]/, 'the web site of a bucket'],
  [/s3-accelerate/, 'transfer acceleration'],
  [/s3express/, 'a directory bucket'],
  [/s3-control/, 'the control plane of S3'],
]

/**
 * A bucket and a path from an https URL of S3 or of the AWS console. Only hosts of AWS: another server is named by
 * `endpoint`, in the host's code. The text is taken apart here and not by a URL parser, whose leniency (backslashes, steps,
 * numbers for addresses) would let two readers see two hosts.
 */
export function readAwsUrl(url: string, refuse: Refuse): RawPlace {
  const [, authority = '', path = '', query, fragment] = /^https:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url) ?? []
  if (authority.includes('@')) throw refuse('`url` holds a user name or a password.', 'Pass `credentials`; a URL is stored and shown.')
  if (/:\d*$/.test(authority)) throw refuse('`url` names a port.', 'Use `endpoint` for another server.')
  const host = authority.toLowerCase()
  if (!/^[a-z0-9.-]+$/.test(host))
    throw refuse('`url` names a host that is not one of AWS.', `${inPlaceOf} \`endpoint\` names another server.`)
  if (query !== undefined && /x-amz-|awsaccesskeyid|signature=/i.test(query)) {
    throw refuse('`url` is signed: whoever sees it may read the object.', `${inPlaceOf} Signed URLs are not used here.`)
  }
  if (fragment !== undefined) throw refuse('`url` has a fragment.', 'End it after the prefix.')
  if (consoleHost.test(host)) return readConsole(path, new URLSearchParams(query ?? ''), refuse)
  for (const [pattern, what] of otherHosts) {
    if (pattern.test(host) && /\.amazonaws\.com(\.cn)?$/.test(host)) throw refuse(`\`url\` leads to ${what}.`, inPlaceOf)
  }
  const rest = restHost.exec(host)
  if (rest === null) throw refuse('`url` names a host that is not one of S3.', `${inPlaceOf} \`endpoint\` names another server.`)
  if (query !== undefined) throw refuse('`url` has a query.', 'End it after the prefix.')
  const decoded = decode(path, refuse).slice(1)
  const [, bucket, named] = rest
  const place = { region: named === 'external-1' ? 'us-east-1' : named, namesAws: true }
  if (bucket !== undefined) return { ...place, bucket, path: decoded }
  const slash = decoded.indexOf('/')
  return slash === -1
    ? { ...place, bucket: decoded, path: '' }
    : { ...place, bucket: decoded.slice(0, slash), path: decoded.slice(slash + 1) }
}

/** `/s3/buckets/BUCKET?region=…&prefix=…`: the page of a folder. */
function readConsole(path: string, query: URLSearchParams, refuse: Refuse): RawPlace {
  const [, kind, bucket] = /^\/s3\/(buckets|object|get|upload)\/([^/]+)\/?$/.exec(path) ?? []
  if (kind === undefined || bucket === undefined) {
    throw refuse('`url` is a page of the AWS console that shows no folder of a bucket.', inPlaceOf)
  }
  if (kind !== 'buckets') throw refuse('`url` is the page of one object.', 'Open its folder in the console, or write s3://bucket/prefix/.')
  if (query.get('bucketType') === 'directory') {
    throw refuse('`url` shows a directory bucket, which has no listing in key order.', 'Import from a general purpose bucket.')
  }
  const named = query.get('region') ?? undefined
  if (named !== undefined && !new RegExp(`^${region}$`).test(named)) throw refuse('`url` names a region that is none.', inPlaceOf)
  return { bucket: decode(bucket, refuse), path: query.get('prefix') ?? '', region: named, namesAws: true }
}

function decode(path: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw refuse('`url` is not percent-encoded UTF-8.', inPlaceOf)
  }
}
