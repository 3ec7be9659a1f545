import { type Answer, emptyAnswer, xmlAnswer } from './answer.js'
import { verifyChecksums } from './checksum.js'
import { allowedBucket, type OperationContext } from './double-state.js'
import { ServiceError } from './service-error.js'
import { element, unescapeXml } from './xml.js'

/** GetBucketTagging. */
export function getBucketTagging(context: OperationContext): Answer {
  const { name, tags } = allowedBucket(context, 's3:GetBucketTagging')
  if (tags === undefined) throw new ServiceError('NoSuchTagSet', 'The TagSet does not exist', { BucketName: name })
  const items = [...tags].map(([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`)
  return xmlAnswer(
    200,
    `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${items.join('')}</TagSet></Tagging>`,
  )
}

/** PutBucketTagging: replaces the whole set. */
export function putBucketTagging(context: OperationContext): Answer {
  const { body, headers } = context.request
  const bucket = allowedBucket(context, 's3:PutBucketTagging')
  verifyChecksums(headers, body)
  bucket.tags = parseTags(body.toString())
  return emptyAnswer(204)
}

/** DeleteBucketTagging. */
export function deleteBucketTagging(context: OperationContext): Answer {
  allowedBucket(context, 's3:PutBucketTagging').tags = undefined
  return emptyAnswer(204)
}

function parseTags(xml: string): Map<string, string> {
  if (!/<Tagging[\s>][\s\S]*<\/Tagging>/.test(xml)) throw malformed()
  const tags = new Map<string, string>()
  for (const [, tag = ''] of xml.matchAll(/<Tag>([\s\S]*?)<\/Tag>/g)) {
    const key = /<Key>([\s\S]*?)<\/Key>/.exec(tag)?.[1]
    const value = /<Value>([\s\S]*?)<\/Value>|<Value\s*\/>/.exec(tag)
    if (key === undefined || value === null) throw malformed()
    const name = unescapeXml(key)
    if (tags.has(name)) throw new ServiceError('InvalidTag', 'Cannot provide multiple Tags with the same key')
    tags.set(name, unescapeXml(value[1] ?? ''))
  }
  if (tags.size > 50) throw new ServiceError('InvalidTag', 'Bucket tag count cannot be greater than 50')
  return tags
}

function malformed(): ServiceError {
  return new ServiceError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema')
}
