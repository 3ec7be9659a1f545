import { readFileSync } from 'node:fs'

/** Where the real gateway is and who may do what there, as `LADING_TEST_S3` names it. */
export interface S3Gateway {
  readonly endpoint: string
  readonly stsEndpoint: string
  readonly region: string
  readonly owner: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly reader: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly readerArn: string
  readonly customer: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly role: { readonly arn: string; readonly externalId: string }
}

/** `undefined` when no gateway is named: those tests are skipped. */
export function s3Gateway(): S3Gateway | undefined {
  const path = process.env.LADING_TEST_S3
  if (path === undefined || path === '') return undefined
  const env = new Map(
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const get = (name: string): string => {
    const value = env.get(name)
    if (value === undefined) throw new Error(`${path} has no ${name}`)
    return value
  }
  const keys = (who: string) => ({ accessKeyId: get(`RGW_${who}_ACCESS_KEY_ID`), secretAccessKey: get(`RGW_${who}_SECRET_ACCESS_KEY`) })
  return {
    endpoint: get('RGW_S3_ENDPOINT'),
    stsEndpoint: get('RGW_STS_ENDPOINT'),
    region: get('RGW_REGION'),
    owner: keys('OWNER'),
    reader: keys('READER'),
    readerArn: get('RGW_READER_ARN'),
    customer: keys('CUSTOMER'),
    role: { arn: get('RGW_ROLE_ARN'), externalId: get('RGW_EXTERNAL_ID') },
  }
}
