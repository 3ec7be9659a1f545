import { test } from 'vitest'
import { s3Source } from '../../src/sources/s3/s3-source.js'

declare const url: string
declare const key: string | undefined

test('a key, or a word of its own', () => {
  s3Source({ url, ingestionKey: 'k' })
  s3Source({ url, ownership: 'unchecked' })
  s3Source({ url, ingestionKey: 'k', tagKey: undefined, role: undefined, region: undefined, credentials: undefined })
  // @ts-expect-error Property 'ingestionKey' is missing: the message asks for the key, not for the opt-out
  s3Source({ url })
  // @ts-expect-error a variable that may be unset must not switch the check off
  s3Source({ url, ingestionKey: key })
  // @ts-expect-error one or the other
  s3Source({ url, ingestionKey: 'k', ownership: 'unchecked' })
  // @ts-expect-error a tag key means nothing without the check
  s3Source({ url, ownership: 'unchecked', tagKey: 'x' })
  // @ts-expect-error a role needs its external id
  s3Source({ url, ingestionKey: 'k', role: { arn: 'arn:aws:iam::111122223333:role/importer' } })
})
