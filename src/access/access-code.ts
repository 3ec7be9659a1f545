/** What a check of access to S3 can find wrong. Every code is documented in docs/reference/access.md. */
export const S3_ACCESS_CODES = [
  'CREDENTIALS_MISSING',
  'CREDENTIALS_REFUSED',
  'CREDENTIALS_EXPIRED',
  'ROLE_DENIED',
  'EXTERNAL_ID_NOT_REQUIRED',
  'REGION_DIFFERS',
  'BUCKET_NOT_FOUND',
  'LIST_DENIED',
  'GET_DENIED',
  'KMS_DENIED',
  'KMS_KEY_UNUSABLE',
  'OBJECTS_ARCHIVED',
  'TAGGING_DENIED',
  'TAG_MISSING',
  'TAG_DIFFERS',
  'ANSWER_INVALID',
  'UNAVAILABLE',
] as const

export type S3AccessCode = (typeof S3_ACCESS_CODES)[number]
