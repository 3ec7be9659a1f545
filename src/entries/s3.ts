export { createExternalId, createIngestionKey } from '../access/ingestion-key.js'
export type { Owned, S3Credentials, S3Place, S3Role, Unchecked } from '../sources/s3/s3-options.js'
export { s3Source } from '../sources/s3/s3-source.js'
