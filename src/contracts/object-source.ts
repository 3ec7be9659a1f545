import type { JsonObject } from '../model/json.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { CallOptions } from './call-options.js'

/** How to list. */
export interface ListOptions extends CallOptions {
  /** Start after this key (exclusive). Only given to sources with `listsInKeyOrder`. */
  readonly after?: string
  /** Only keys that start with this string, which itself starts with the place's prefix. */
  readonly under?: string
}

/** Requests made since the source was built. */
export interface RequestCounts {
  readonly list: number
  readonly head: number
  readonly get: number
}

/** The least that has to be added to cure a finding. Holds no secret: `<…>` stands for what only the reader knows. */
export interface AccessFix {
  /** Where it goes, for example `bucket policy of customer-bucket`. */
  readonly addTo: string
  /** A policy statement; absent where no policy is concerned. */
  readonly statement?: JsonObject
  /** The same as Terraform. */
  readonly terraform: string
}

/** The answer to one question about access. Holds no secret and, unless the place is proven to be theirs, no key. */
export interface AccessFinding {
  /** What was asked: for example `s3:ListBucket`, or a word for what is no permission, such as `region`. */
  readonly permission: string
  /** Nothing stands in the way, as far as it was tried. */
  readonly ok: boolean
  readonly message: string
  readonly remedy?: string
  /** Stable name of what is wrong, or with `ok` of what to look at; each source documents its own. Absent when all is well. */
  readonly code?: string
  /** What was asked of the store, and what it answered. */
  readonly evidence?: string
  /** False: it could not be asked, and `message` says why. @defaultValue true */
  readonly tried?: boolean
  readonly fix?: AccessFix
}

/**
 * Where objects are and how their bytes are read. Remembers nothing. Its methods may be called concurrently.
 *
 * Throws `SourceError`s: scope `job` for what concerns the whole place (denied listing, no such bucket, throttling),
 * scope `file` for one object. Any other exception is wrapped as `SOURCE_UNAVAILABLE`.
 */
export interface ObjectSource {
  /** URL of the place, without secrets. Stored with the job and never editable: another place is another job. */
  readonly place: string
  /** What every key starts with: names are chosen by what follows. Absent: `ListOptions.under` is not narrowed to a selection. */
  readonly prefix?: string
  /** What `ObjectInfo.version` is made of; stored with the job, a change throws `IDENTITY_SCHEME_CHANGED`. */
  readonly identity: 'etag' | 'mtime'
  /** Keys come in UTF-8 byte order and `after` works. Otherwise there are no hot windows and each lap lists everything. */
  readonly listsInKeyOrder: boolean
  /**
   * Lists objects. Called at every poll; the engine stops pulling when it has enough and counts one request per
   * element. One element per request to the store, at most 1,000 objects, keys as stored. A broken page throws
   * `SOURCE_LISTING_INVALID`, it never ends the listing.
   */
  list(options: ListOptions): AsyncIterable<readonly ObjectInfo[]>
  /**
   * Opens one object for reading, pinned to its version. Called once per attempt and again to resume after a cut.
   * Throws `OBJECT_CHANGED` when another version is there, `OBJECT_VANISHED` when none is. May defer both to the first
   * read, so that opening costs no request.
   */
  open(object: ObjectInfo, options: CallOptions): Promise<ObjectReader>
  /** The present version of a key, for `notify`; `undefined` when there is none. */
  stat?(key: string, options: CallOptions): Promise<ObjectInfo | undefined>
  /** Keys and beginnings of keys beside the place that may have been meant, nearest first: asked by a dry run that finds nothing. A few requests. */
  nearby?(options: CallOptions): Promise<readonly string[]>
  /** One finding per permission, for `job.checkAccess()` and the dry run; resolves also when access is refused. Absent: a dry run tells what `list` and `open` throw. */
  check?(options: CallOptions): Promise<readonly AccessFinding[]>
  /**
   * Does the place still belong to who configured it? Asked in the dry run and at most once each
   * `ownershipCheckIntervalMs` while polling; throws `SOURCE_OWNERSHIP_MISMATCH`.
   */
  checkOwnership?(options: CallOptions): Promise<void>
  requestCounts?(): RequestCounts
  /** Called once, by `job.close()`; no other method is called afterwards. */
  close?(): Promise<void>
}

/**
 * One opened object. Exact lengths, idle deadlines, byte counts and resuming are the engine's, around every reader:
 * a reader may return fewer bytes than asked for, and the engine treats it as a cut.
 */
export interface ObjectReader {
  /** Bytes of the whole object. */
  readonly size: number
  /** Bytes `start` (inclusive) to `end` (exclusive). What it resolves to belongs to the caller. May be called concurrently. */
  read(start: number, end: number, options: CallOptions): Promise<Uint8Array>
  /** Bytes from `start` to the end of the object, in pieces of any size that belong to the caller. Absent: the engine reads ranges ahead. */
  stream?(start: number, options: CallOptions): AsyncIterable<Uint8Array>
  /** Called once after the last read, also after a failure. */
  close?(): Promise<void>
}
