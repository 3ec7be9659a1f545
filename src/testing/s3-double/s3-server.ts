import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Answer, emptyAnswer, xmlAnswer } from './answer.js'
import { deliver } from './delivery.js'
import { type DoubleRequest, flatHeaders, parseTarget, readBody } from './double-request.js'
import type { DoubleState } from './double-state.js'
import type { Fault } from './fault.js'
import { deliveryOf, spoilAnswer, spoilRequest } from './fault-effect.js'
import type { FaultScript } from './fault-script.js'
import type { LoggedRequest } from './request-log.js'
import { operationNamed, routeOf } from './router.js'
import { ServiceError, s3ErrorXml, stsErrorXml } from './service-error.js'
import { verifySignature } from './signature.js'

/** What the double's HTTP side works on. */
export interface DoubleParts {
  readonly state: DoubleState
  readonly faults: FaultScript
  readonly requests: LoggedRequest[]
  readonly maxBodyBytes: number
  /** What was thrown and is no answer of S3: by a callback of a test, for example. */
  readonly mistakes: unknown[]
}

/** The HTTP side: reads a request, lets faults at it, checks its signature, runs its operation, sends the answer. */
export function createS3Server(parts: DoubleParts): Server {
  const server = createServer((message, response) => {
    serve(parts, message, response).catch((error: unknown) => {
      // A client that goes away in the middle of its upload or of the answer is no mistake.
      if (message.complete && !response.destroyed) parts.mistakes.push(error)
      response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000
  return server
}

async function serve(parts: DoubleParts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state, faults, requests, maxBodyBytes } = parts
  const requestId = randomBytes(8).toString('hex').toUpperCase()
  const logged = newEntry(message, state.now())
  requests.push(logged)
  let service: 's3' | 'sts' = 's3'
  let struck: readonly Fault[] = []
  let answer: Answer
  try {
    const target = parseTarget(message)
    Object.assign(logged, { bucket: target.bucket, key: target.key, query: Object.fromEntries(target.query) })
    if (target.bucket === '' && target.method === 'POST') service = 'sts'
    const received: DoubleRequest = { ...target, headers: flatHeaders(message), body: await readBody(message, maxBodyBytes) }
    const operation = routeOf(received)
    logged.operation = operation ?? 'Unknown'
    struck = faults.strike(logged)
    logged.fault = struck.at(-1)?.kind
    for (const fault of struck) if (fault.kind === 'changeObject') await fault.change()
    if (struck.some(({ kind }) => kind === 'resetBeforeResponse')) {
      message.socket.resetAndDestroy()
      return
    }
    const request = struck.reduce((spoilt, fault) => spoilRequest(fault, spoilt), received)
    // The signature covers the request as it came, whatever a fault took from it.
    const principal = verifySignature(received, { access: state.access, region: state.region, service, now: state.now() })
    logged.principal = principal.arn
    if (operation === undefined) throw unknownOperation(service)
    answer = operationNamed(operation)({ state, request, principal })
    for (const fault of struck) answer = await spoilAnswer(fault, request, answer)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    answer = errorAnswer(error, service, requestId)
  }
  const headers = { 'x-amz-request-id': requestId, date: state.now().toUTCString(), ...answer.headers }
  await deliver({ ...answer, headers }, response, logged, Object.assign({}, ...struck.map(deliveryOf)))
}

function newEntry(message: IncomingMessage, at: Date): LoggedRequest {
  return {
    at,
    method: message.method ?? '',
    operation: 'Unknown',
    bucket: '',
    key: '',
    range: message.headers.range,
    query: {},
    principal: undefined,
    status: undefined,
    bytesSent: 0,
    fault: undefined,
  }
}

function unknownOperation(service: 's3' | 'sts'): ServiceError {
  const message = 'This double does not know the operation.'
  return service === 'sts' ? new ServiceError('InvalidAction', message) : new ServiceError('NotImplemented', message)
}

function errorAnswer(error: ServiceError, service: 's3' | 'sts', requestId: string): Answer {
  if (error.status === 304) return emptyAnswer(304, error.headers)
  if (service === 's3') return xmlAnswer(error.status, s3ErrorXml(error, requestId), error.headers)
  return xmlAnswer(error.code === 'ExpiredToken' ? 403 : error.status, stsErrorXml(error, requestId), {
    ...error.headers,
    'content-type': 'text/xml',
  })
}
