import { compareKeys } from '../../model/compare-keys.js'
import { type Answer, xmlAnswer } from './answer.js'
import type { Bucket } from './bucket.js'
import { allowedBucket, type OperationContext } from './double-state.js'
import { encodeListed } from './percent.js'
import { ServiceError } from './service-error.js'
import type { StoredObject } from './stored-object.js'
import { element } from './xml.js'

const maxPage = 1000

interface ListRequest {
  readonly prefix: string
  readonly delimiter: string
  readonly startAfter: string
  readonly maxKeys: number
  readonly token: string | undefined
  readonly encode: (text: string) => string
}

interface Page {
  readonly contents: readonly StoredObject[]
  readonly commonPrefixes: readonly string[]
  /** The last key or common prefix of the page; `undefined` on the last page. */
  readonly next: string | undefined
}

/** ListObjectsV2. */
export function listObjects(context: OperationContext): Answer {
  const { query } = context.request
  const bucket = allowedBucket(context, 's3:ListBucket', { prefix: query.get('prefix') ?? '' })
  const encoding = query.get('encoding-type')
  if (encoding !== null && encoding !== 'url') throw new ServiceError('InvalidArgument', 'Invalid Encoding Method specified in Request')
  const list: ListRequest = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    startAfter: query.get('start-after') ?? '',
    maxKeys: parseMaxKeys(query.get('max-keys')),
    token: query.get('continuation-token') ?? undefined,
    encode: encoding === 'url' ? encodeListed : (text) => text,
  }
  return xmlAnswer(200, listingXml(bucket.name, list, encoding, pageOf(bucket, list)))
}

function parseMaxKeys(text: string | null): number {
  if (text === null || text === '') return maxPage
  if (!/^\d{1,10}$/.test(text)) throw new ServiceError('InvalidArgument', 'Provided max-keys not an integer or within integer range')
  return Math.min(maxPage, Number(text))
}

function pageOf(bucket: Bucket, { prefix, delimiter, startAfter, maxKeys, token }: ListRequest): Page {
  const after = token === undefined ? startAfter : readToken(token)
  const contents: StoredObject[] = []
  const commonPrefixes: string[] = []
  if (maxKeys === 0) return { contents, commonPrefixes, next: undefined }
  let last = ''
  for (const object of bucket.from(compareKeys(after, prefix) > 0 ? after : prefix)) {
    const { key } = object
    if (!key.startsWith(prefix)) break
    if (key === after) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length)
    // A page that ended with a common prefix has told all of its keys.
    if (group !== undefined && (group === last || (token !== undefined && group === after))) continue
    if (contents.length + commonPrefixes.length === maxKeys) return { contents, commonPrefixes, next: last }
    if (group === undefined) contents.push(object)
    else commonPrefixes.push(group)
    last = group ?? key
  }
  return { contents, commonPrefixes, next: undefined }
}

/** Opaque on purpose: clients must hand it back as it came. */
function makeToken(after: string): string {
  return Buffer.from(`1:${after}`).toString('base64')
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString()
  if (!text.startsWith('1:') || makeToken(text.slice(2)) !== token) {
    throw new ServiceError('InvalidArgument', 'The continuation token provided is incorrect', { ArgumentName: 'continuation-token' })
  }
  return text.slice(2)
}

function listingXml(name: string, list: ListRequest, encoding: string | null, page: Page): string {
  const { encode, token } = list
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    element('Name', name),
    element('Prefix', encode(list.prefix)),
    list.startAfter === '' ? '' : element('StartAfter', encode(list.startAfter)),
    token === undefined ? '' : element('ContinuationToken', token),
    page.next === undefined ? '' : element('NextContinuationToken', makeToken(page.next)),
    element('KeyCount', page.contents.length + page.commonPrefixes.length),
    element('MaxKeys', list.maxKeys),
    list.delimiter === '' ? '' : element('Delimiter', encode(list.delimiter)),
    encoding === null ? '' : element('EncodingType', encoding),
    element('IsTruncated', page.next !== undefined),
    ...page.contents.map((object) => contentsXml(encode(object.key), object)),
    ...page.commonPrefixes.map((prefix) => `<CommonPrefixes>${element('Prefix', encode(prefix))}</CommonPrefixes>`),
    '</ListBucketResult>',
  ].join('')
}

/** One object of a listing. */
export function contentsXml(key: string, object: Pick<StoredObject, 'etag' | 'size' | 'lastModified' | 'storageClass'>): string {
  return `<Contents>${element('Key', key)}${element('LastModified', object.lastModified.toISOString())}${element('ETag', `"${object.etag}"`)}${element('Size', object.size)}${element('StorageClass', object.storageClass)}</Contents>`
}
