import type { DoubleRequest } from './double-request.js'
import type { ListingDamage } from './fault.js'
import { contentsXml } from './listing.js'
import { encodeListed } from './percent.js'
import { element } from './xml.js'

const contents = /<Contents>.*?<\/Contents>/gs

/** A page of a listing, spoilt. Throws when the page has nothing that the damage could be done to. */
export function damageListing(xml: string, damage: ListingDamage, { query }: DoubleRequest): string {
  const damaged = damagedXml(xml, damage, query)
  if (damaged === xml)
    throw new Error(`The fault malformedListing/${damage} had no effect on a page: it needs other objects or another request.`)
  return damaged
}

function damagedXml(xml: string, damage: ListingDamage, query: URLSearchParams): string {
  const encode = query.get('encoding-type') === 'url' ? encodeListed : (text: string): string => text
  switch (damage) {
    case 'keyCount':
      return xml.replace(/<KeyCount>(\d+)</, (_, count: string) => `<KeyCount>${Number(count) + 1}<`)
    case 'noKeyCount':
      return xml.replace(/<KeyCount>\d+<\/KeyCount>/, '')
    case 'noIsTruncated':
      return xml.replace(/<IsTruncated>\w+<\/IsTruncated>/, '')
    case 'keyNotAfterStart':
      return insertFirst(xml, foreign(encode(query.get('start-after') ?? '')))
    case 'keyOutsidePrefix':
      return insertFirst(xml, foreign(encode(`~outside/${query.get('prefix') ?? ''}`)))
    case 'outOfOrder': {
      const reversed = (xml.match(contents) ?? []).reverse()
      let at = 0
      return xml.replace(contents, () => reversed[at++] ?? '')
    }
    case 'duplicateKey':
      return insertFirst(xml, xml.match(contents)?.[0] ?? '')
    case 'otherBucket':
      return xml.replace(/<Name>[^<]*</, '<Name>another-bucket<')
    case 'badSize':
      return xml.replace(/<Size>\d+</, '<Size>-1<')
    case 'noEtag':
      return xml.replace(/<ETag>[^<]*<\/ETag>/, '')
    case 'loopingToken':
      return withToken(xml, query.get('continuation-token') ?? Buffer.from('1:').toString('base64'))
    case 'emptyTruncated':
      return withToken(xml.replace(contents, '').replace(/<KeyCount>\d+</, '<KeyCount>0<'), Buffer.from('1:').toString('base64'))
    case 'errorInside':
      return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${element('Code', 'InternalError')}${element('Message', 'We encountered an internal error. Please try again.')}</Error>`
    case 'html':
      return '<!DOCTYPE html><html><body><h1>Sign in to this network</h1></body></html>'
  }
}

function foreign(key: string): string {
  return contentsXml(key, { etag: '00000000000000000000000000000000', size: 1, lastModified: new Date(0), storageClass: 'STANDARD' })
}

/** One more object at the front, and a KeyCount that knows of it. */
function insertFirst(xml: string, added: string): string {
  return xml
    .replace(/<KeyCount>(\d+)</, (_, count: string) => `<KeyCount>${Number(count) + 1}<`)
    .replace(/<\/IsTruncated>/, (end) => `${end}${added}`)
}

function withToken(xml: string, token: string): string {
  return xml
    .replace(/<NextContinuationToken>[^<]*<\/NextContinuationToken>/, '')
    .replace(/<IsTruncated>\w+</, `${element('NextContinuationToken', token)}<IsTruncated>true<`)
}
