import type { LoggedRequest } from './request-log.js'
import type { S3Operation } from './router.js'

/** Which requests a fault waits for. Everything left out matches everything. */
export interface FaultMatch {
  readonly operation?: S3Operation | readonly S3Operation[]
  readonly bucket?: string
  /** The key, or a pattern for it. For listings: the prefix asked for. */
  readonly key?: string | RegExp
  /** A test of one's own, asked last. */
  readonly when?: (request: Readonly<LoggedRequest>) => boolean
  /** The first matching request that is hit, 1-based; those before pass. @defaultValue 1 */
  readonly nth?: number
  /** How many requests are hit. `Infinity` until removed. @defaultValue 1 */
  readonly times?: number
}

/** What is wrong with a page of a listing. */
export type ListingDamage =
  /** `KeyCount` says one more than there are. */
  | 'keyCount'
  | 'noKeyCount'
  | 'noIsTruncated'
  /** The key that the request asked to start after comes first. Only for requests with a `start-after`. */
  | 'keyNotAfterStart'
  /** A key that does not start with the prefix. Only for requests with a prefix. */
  | 'keyOutsidePrefix'
  | 'outOfOrder'
  /** The first key comes twice. */
  | 'duplicateKey'
  /** The page names another bucket. */
  | 'otherBucket'
  | 'badSize'
  | 'noEtag'
  /** Not the last page, it says, and gives the token that the request came with (or one that starts over). */
  | 'loopingToken'
  /** Not the last page, it says, without any key. */
  | 'emptyTruncated'
  /** 200 with an error document inside. */
  | 'errorInside'
  | 'html'

/** What goes wrong. */
export type FaultKind =
  /** 503 SlowDown. */
  | { readonly kind: 'slowDown'; readonly retryAfterSeconds?: number }
  /** 500 InternalError. */
  | { readonly kind: 'internalError' }
  /** 400 ExpiredToken, whatever the keys. */
  | { readonly kind: 'expiredToken' }
  /** 403 AccessDenied, whatever the grants. */
  | { readonly kind: 'accessDenied' }
  /** 403 RequestTimeTooSkewed. */
  | { readonly kind: 'timeSkewed' }
  /** 301 PermanentRedirect to a region, or with `location` a redirect (307) to another host. */
  | { readonly kind: 'redirect'; readonly region?: string; readonly location?: string }
  /** The connection is reset before any answer. */
  | { readonly kind: 'resetBeforeResponse' }
  /** The connection ends after so many body bytes. `hideLength` leaves out Content-Length, so that the cut looks like the end. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly reset?: boolean; readonly hideLength?: boolean }
  /** No more bytes after so many; the connection stays open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** All bytes, slowly. */
  | { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
  /** 206 with only the first so many bytes of the range, and Content-Length and Content-Range that say so. */
  | { readonly kind: 'shortRange'; readonly bytes: number }
  /** 206 with so many bytes more than were asked for, and a Content-Length that says so. */
  | { readonly kind: 'longRange'; readonly bytes: number }
  /** 200 with the whole object. */
  | { readonly kind: 'ignoreRange' }
  /** A Content-Range that says the bytes come from elsewhere. */
  | { readonly kind: 'wrongContentRange' }
  /** An ETag that is not the object's. */
  | { readonly kind: 'wrongEtag'; readonly etag?: string }
  /** An `x-amz-checksum-crc32` that does not fit the bytes. */
  | { readonly kind: 'wrongChecksum' }
  /** Headers replaced (`undefined` removes one), for example `content-encoding`. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | undefined>> }
  /** XML that ends in the middle, with the Content-Length of what is there. `at` is the share that stays, 0 to 1. */
  | { readonly kind: 'truncatedXml'; readonly at?: number }
  | { readonly kind: 'malformedListing'; readonly damage: ListingDamage }
  /** A listing that says another storage class of every object than it has. */
  | { readonly kind: 'storageClass'; readonly storageClass: string }
  /** Runs before the request is answered, for example to overwrite the object between two ranges. The answer itself is honest. */
  | { readonly kind: 'changeObject'; readonly change: () => void | Promise<void> }

/** One scripted fault: which requests, and what happens to them. */
export type Fault = FaultMatch & FaultKind

/** A fault that was set. */
export interface FaultHandle {
  /** Requests that it was applied to. A test asserts it: a fault that never struck has shown nothing. */
  readonly hits: number
  /** Matching requests, hit or not. */
  readonly seen: number
  /** Strikes no more. */
  remove(): void
}
