import type { Json } from '../model/json.js'

/** Names, without case and separators, of what comes from the host's code alone. */
const endpoints: ReadonlySet<string> = new Set(['endpoint', 'endpointurl', 'endpoints', 'stsendpoint', 's3endpoint', 'proxy', 'proxyurl'])
const secrets: ReadonlySet<string> = new Set([
  'credentials',
  'accesskeyid',
  'accesskey',
  'secretaccesskey',
  'secretkey',
  'awsaccesskeyid',
  'awssecretaccesskey',
  'awssessiontoken',
  'sessiontoken',
  'securitytoken',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'clientsecret',
  'token',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'bearertoken',
  'apikey',
  'privatekey',
  'connectionstring',
  'authorization',
])
/** Of whoever asks for the job it would be a way into another tenant's bucket. */
const externalIds: ReadonlySet<string> = new Set(['externalid', 'stsexternalid'])

const secretValues: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[^A-Z0-9])A(?:KI|SI)A[A-Z0-9]{16}(?:[^A-Z0-9]|$)/, 'an access key'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/[a-z][a-z0-9+.-]{0,20}:\/\/[^/\s:@]{0,200}:[^/\s@]{1,200}@/i, 'a URL with a password'],
]

/**
 * Everything in a part of a definition that must not be stored with it, in words that name the place and not the value.
 *
 * @param options.names also by the names of keys; not where keys are a customer's names of columns
 */
export function secretsIn(part: Json, path: string, { names = true }: { readonly names?: boolean } = {}): string[] {
  if (typeof part === 'string') return secretValues.flatMap(([pattern, what]) => (pattern.test(part) ? [refusal(path, what)] : []))
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) => {
    const place = `${path}.${key.slice(0, 100)}`
    const what = names && !Array.isArray(part) ? namedAs(key) : undefined
    return what === undefined ? secretsIn(value as Json, place, { names }) : [refusal(place, what)]
  })
}

function namedAs(key: string): string | undefined {
  const plain = key.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (endpoints.has(plain)) return 'an endpoint'
  if (externalIds.has(plain)) return "an external id, which is the host's to give"
  return secrets.has(plain) ? 'a secret' : undefined
}

function refusal(place: string, what: string): string {
  return `\`${place}\` is ${what}: leave it to \`build\``
}
