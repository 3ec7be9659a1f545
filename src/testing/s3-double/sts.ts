import { type Answer, xmlAnswer } from './answer.js'
import type { OperationContext } from './double-state.js'
import { ServiceError } from './service-error.js'
import { element } from './xml.js'

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
const maxSessionSeconds = 43_200

/** AssumeRole, in the query protocol. */
export function assumeRole({ state, request, principal }: OperationContext): Answer {
  const form = new URLSearchParams(request.body.toString())
  const arn = form.get('RoleArn') ?? ''
  const sessionName = form.get('RoleSessionName') ?? ''
  const seconds = Number(form.get('DurationSeconds') ?? 3600)
  const externalId = form.get('ExternalId')
  if (!/^arn:aws:iam::\d{12}:role\/\S+$/.test(arn)) throw invalid('roleArn', arn)
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid('roleSessionName', sessionName)
  if (!Number.isInteger(seconds) || seconds < state.minSessionSeconds || seconds > maxSessionSeconds) {
    throw invalid('durationSeconds', String(seconds))
  }
  if (externalId !== null && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) throw invalid('externalId', externalId)
  const role = state.access.role(arn)
  // A role that does not exist, a caller it does not trust and a wrong external id look the same from outside.
  if (role === undefined || !state.access.trusts(role, principal, externalId)) {
    throw new ServiceError('AccessDenied', `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`)
  }
  const expiresAt = new Date(Math.floor(state.now().getTime() / 1000 + seconds) * 1000)
  const { credentials, principal: session } = state.access.openSession(role, sessionName, expiresAt)
  const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials
  const keys = [
    element('AccessKeyId', accessKeyId),
    element('SecretAccessKey', secretAccessKey),
    element('SessionToken', sessionToken),
    element('Expiration', expiresAt.toISOString().replace('.000Z', 'Z')),
  ].join('')
  const user = `<AssumedRoleUser>${element('AssumedRoleId', `AROADOUBLE:${sessionName}`)}${element('Arn', session.arn)}</AssumedRoleUser>`
  return xmlAnswer(
    200,
    `<AssumeRoleResponse xmlns="${namespace}"><AssumeRoleResult>${user}<Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    { 'content-type': 'text/xml' },
  )
}

function invalid(name: string, value: string): ServiceError {
  return new ServiceError('ValidationError', `Value '${value}' at '${name}' failed to satisfy constraint`)
}
