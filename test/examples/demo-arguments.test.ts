import { describe, expect, test } from 'vitest'
import { demoArguments, UsageError } from '../../examples/demo/demo-arguments.js'

const bucket = ['s3://logs/in/', '--schema', 'schema.json']

describe('demoArguments', () => {
  test('imports the flights without arguments', () => {
    expect(demoArguments([])).toEqual({ mode: 'flights', add: false, reset: false })
    expect(demoArguments(['--add', '--reset'])).toEqual({ mode: 'flights', add: true, reset: true })
  })

  test('takes a bucket with its key, or without proof of ownership', () => {
    const run = { mode: 'bucket', url: 's3://logs/in/', schema: 'schema.json', role: null, region: null, endpoint: null }
    expect(demoArguments([...bucket, '--ingestion-key', 'k'])).toEqual({ ...run, ingestionKey: 'k' })
    expect(demoArguments([...bucket, '--unchecked', '--role', 'arn:r', '--external-id', 'x', '--region', 'eu-west-1'])).toEqual({
      ...run,
      ingestionKey: null,
      role: { arn: 'arn:r', externalId: 'x' },
      region: 'eu-west-1',
    })
  })

  test.each([
    [['logs/in/', '--schema', 'a.json'], /"logs\/in\/" is no bucket.*s3:\/\//],
    [['s3://a/', 's3://b/'], /One bucket at a time/],
    [['s3://a/', '--unchecked'], /Write --schema schema\.json/],
    [bucket, /Write --ingestion-key KEY: .*--unchecked/],
    [[...bucket, '--ingestion-key', ''], /--ingestion-key is empty/],
    [[...bucket, '--ingestion-key', 'k', '--unchecked'], /contradict/],
    [[...bucket, '--unchecked', '--role', 'arn:r'], /Write --external-id ID/],
    [[...bucket, '--unchecked', '--external-id', 'x'], /Write --role ARN/],
    [[...bucket, '--unchecked', '--add'], /belong to the flights/],
    [['--schema', 'a.json'], /--schema needs a bucket/],
    [['--shema', 'a.json'], /--shema/],
  ])('refuses %j', (args, message) => {
    expect(() => demoArguments(args)).toThrow(UsageError)
    expect(() => demoArguments(args)).toThrow(message)
  })
})
