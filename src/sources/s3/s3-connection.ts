import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type * as S3Module from '@aws-sdk/client-s3'
import type * as StsModule from '@aws-sdk/client-sts'
import { abortable } from '../../util/abort.js'
import { answerFacts, S3Answer } from './answer-facts.js'
import { limitAnswers } from './limit-answers.js'
import { ownCredentials, type SigningCredentials } from './own-credentials.js'
import { roleCredentials } from './role-credentials.js'
import { credentialsExpired, isExpiredCredentials, type S3Request, s3Error } from './s3-error.js'
import type { S3Settings } from './s3-options.js'

/** The SDK, loaded on first use, with a client that holds credentials. */
export interface S3Session {
  readonly s3: typeof S3Module
  readonly client: S3Module.S3Client
  /** The credentials are temporary, so that an unknown key id may mean an expired one. */
  readonly isTemporary: boolean
}

/** An answer whose head does not come in this time is given up. */
const answerTimeoutMs = 30_000
/** Everything but a GET's body has this long in all. */
const requestTimeoutMs = 60_000

/**
 * The way to one place: a client, and fresh credentials when the store says that the present ones have expired.
 *
 * - No retries in the SDK: the engine retries, with its own back-off, budget and events.
 * - Sockets are kept alive and shared by all sessions; a free one is closed after 4 s, before any server's own idle limit,
 *   so that a poll does not meet a socket that the server is just closing.
 * - Redirects are not followed: signed requests go to no server but the configured one.
 */
export class S3Connection {
  readonly #settings: S3Settings
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 64, timeout: 4_000 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 64, timeout: 4_000 }),
  }
  #session: Promise<S3Session> | undefined
  #closed = false

  constructor(settings: S3Settings) {
    this.#settings = settings
  }

  /**
   * Sends one request, and once more with fresh credentials when they have expired. Throws what {@link s3Error} makes of a
   * failure, or the signal's reason.
   *
   * @param body the answer's body goes on after `call` resolves, so only its head is bound in time
   */
  async send<T>(
    request: S3Request,
    signal: AbortSignal,
    call: (session: S3Session, signal: AbortSignal) => Promise<T>,
    body = false,
  ): Promise<T> {
    signal.throwIfAborted()
    const deadline = body ? undefined : deadlineOf(signal)
    const inner = deadline?.signal ?? signal
    try {
      const session = await this.#open(inner)
      try {
        return await call(session, inner)
      } catch (error) {
        if (inner.aborted || !isExpiredCredentials(answerFacts(error, new Date()), request, session.isTemporary)) throw error
        return await this.#again(session, request, inner, call)
      }
    } catch (error) {
      signal.throwIfAborted()
      throw s3Error(error, request)
    } finally {
      deadline?.clear()
    }
  }

  /** Assumes the role anew, with this external id, and drops the session. */
  async tryRole(externalId: string, signal: AbortSignal): Promise<void> {
    const { role, bucket, credentials } = this.#settings
    if (role === undefined) throw new Error('there is no role')
    const own = credentials === undefined ? undefined : ownCredentials(credentials)
    const provide = roleCredentials({ ...role, externalId }, bucket, () => this.#startSts(own))
    try {
      await abortable(provide(), signal)
    } catch (error) {
      signal.throwIfAborted()
      throw s3Error(error, { action: 'assume-role', bucket })
    }
  }

  /** Frees the sockets. Nothing may be sent afterwards. */
  close(): void {
    this.#closed = true
    this.#agents.httpAgent.destroy()
    this.#agents.httpsAgent.destroy()
  }

  async #again<T>(
    stale: S3Session,
    request: S3Request,
    signal: AbortSignal,
    call: (session: S3Session, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const fresh = await this.#renew(stale, signal)
    try {
      return await call(fresh, signal)
    } catch (error) {
      const facts = answerFacts(error, new Date())
      if (isExpiredCredentials(facts, request, fresh.isTemporary)) throw credentialsExpired(request.bucket, new S3Answer(facts))
      throw error
    }
  }

  /** Callers share one renewal; whoever comes late finds the new session. */
  async #renew(stale: S3Session, signal: AbortSignal): Promise<S3Session> {
    const present = await this.#open(signal)
    if (present !== stale) return present
    this.#session = undefined
    return this.#open(signal)
  }

  async #open(signal: AbortSignal): Promise<S3Session> {
    if (this.#closed) throw new Error('closed')
    if (this.#session === undefined) {
      const session = this.#start()
      this.#session = session
      // What failed once is tried again by the next request.
      session.catch(() => {
        if (this.#session === session) this.#session = undefined
      })
    }
    return abortable(this.#session, signal)
  }

  /** Credentials are fetched here once, so that a refused role is told apart from a refused bucket. */
  async #start(): Promise<S3Session> {
    const { endpoint, pathStyle, role, credentials } = this.#settings
    const s3 = await import('@aws-sdk/client-s3')
    const own = credentials === undefined ? undefined : ownCredentials(credentials)
    const used = role === undefined ? own : roleCredentials(role, this.#settings.bucket, () => this.#startSts(own))
    const client = new s3.S3Client({
      ...this.#common(),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(used === undefined ? {} : { credentials: used }),
      forcePathStyle: pathStyle,
      followRegionRedirects: false,
      disableMultiregionAccessPoints: true,
      // Checksums of one part or of a whole object say nothing about a range; lengths and ETags are compared by us.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    limitAnswers(client)
    const { sessionToken } = await client.config.credentials()
    return { s3, client, isTemporary: sessionToken !== undefined }
  }

  async #startSts(own: (() => Promise<SigningCredentials>) | undefined): Promise<{ sts: typeof StsModule; client: StsModule.STSClient }> {
    const { stsEndpoint } = this.#settings
    const sts = await import('@aws-sdk/client-sts')
    const client = new sts.STSClient({
      ...this.#common(),
      ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }),
      ...(own === undefined ? {} : { credentials: own }),
    })
    limitAnswers(client)
    return { sts, client }
  }

  #common() {
    const { region } = this.#settings
    const requestHandler = { ...this.#agents, connectionTimeout: 10_000, requestTimeout: answerTimeoutMs, throwOnRequestTimeout: true }
    return { region, maxAttempts: 1, requestHandler }
  }
}

function deadlineOf(outer: AbortSignal): { readonly signal: AbortSignal; clear(): void } {
  const inner = new AbortController()
  const onAbort = (): void => inner.abort(outer.reason)
  const late = (): void => inner.abort(Object.assign(new Error('no answer in time'), { name: 'TimeoutError' }))
  const timer = setTimeout(late, requestTimeoutMs)
  outer.addEventListener('abort', onAbort, { once: true })
  return {
    signal: inner.signal,
    clear() {
      clearTimeout(timer)
      outer.removeEventListener('abort', onAbort)
    },
  }
}
