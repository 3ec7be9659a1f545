import { parseArgs } from 'node:util'

/** Import the prepared flights from the S3 double. */
export interface FlightsRun {
  readonly mode: 'flights'
  /** Put one more file into the bucket first. */
  readonly add: boolean
  /** Forget earlier runs first. */
  readonly reset: boolean
}

/** Import from a real bucket. */
export interface BucketRun {
  readonly mode: 'bucket'
  readonly url: string
  /** File with the options of `modelSchema`. */
  readonly schema: string
  /** `null`: the ownership of the bucket is not checked. */
  readonly ingestionKey: string | null
  readonly role: { readonly arn: string; readonly externalId: string } | null
  readonly region: string | null
  /** Of a store that speaks S3 but is not AWS. */
  readonly endpoint: string | null
}

export const USAGE = `npm run demo                       import 3,000,000 flights from an S3 double; again: nothing new
npm run demo -- --add              put one more file into the bucket first: only that file is imported
npm run demo -- --reset            forget earlier runs first

npm run demo -- s3://bucket/prefix/ --schema schema.json (--ingestion-key KEY | --unchecked)
                [--role ARN --external-id ID] [--region REGION] [--endpoint URL]
                                   import from a real bucket into a DuckDB file. schema.json holds the options of
                                   modelSchema: { "model": …, "modelType": …, "environment": …, "schema": { … } }`

/** Wrong arguments; the message says which, and what to write. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function demoArguments(args: readonly string[]): FlightsRun | BucketRun {
  const { values, positionals } = parse(args)
  const [url, ...more] = positionals
  if (more.length > 0) throw new UsageError(`One bucket at a time: "${more[0]}" is one argument too many.`)
  if (url === undefined) return flightsRun(values)
  if (!url.startsWith('s3://')) throw new UsageError(`"${url}" is no bucket. Write s3://bucket/prefix/.`)
  if (values.add || values.reset) throw new UsageError('--add and --reset belong to the flights, not to a bucket of yours.')
  const schema = values.schema ?? missing('--schema schema.json', 'a file with the options of modelSchema')
  return {
    mode: 'bucket',
    url,
    schema,
    ingestionKey: ownership(values),
    role: role(values),
    region: values.region ?? null,
    endpoint: values.endpoint ?? null,
  }
}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        add: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        schema: { type: 'string' },
        'ingestion-key': { type: 'string' },
        unchecked: { type: 'boolean', default: false },
        role: { type: 'string' },
        'external-id': { type: 'string' },
        region: { type: 'string' },
        endpoint: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function flightsRun(values: Values): FlightsRun {
  const given = (['schema', 'ingestion-key', 'unchecked', 'role', 'external-id', 'region', 'endpoint'] as const).filter(
    (name) => values[name],
  )
  if (given.length > 0) throw new UsageError(`--${given[0]} needs a bucket: write s3://bucket/prefix/ first.`)
  return { mode: 'flights', add: values.add, reset: values.reset }
}

function ownership(values: Values): string | null {
  const key = values['ingestion-key']
  if (key !== undefined && values.unchecked) throw new UsageError('--ingestion-key and --unchecked contradict each other.')
  if (values.unchecked) return null
  if (key === '') throw new UsageError('--ingestion-key is empty. Is the variable that it comes from set?')
  return (
    key ??
    missing('--ingestion-key KEY', 'the value of the bucket\'s tag "arize-ingestion-key"; or --unchecked, to skip the proof of ownership')
  )
}

function role(values: Values): BucketRun['role'] {
  const { role: arn, 'external-id': externalId } = values
  if (arn === undefined && externalId === undefined) return null
  return {
    arn: arn ?? missing('--role ARN', 'the role that goes with --external-id'),
    externalId: externalId ?? missing('--external-id ID', 'what the trust policy of the role asks for'),
  }
}

function missing(what: string, why: string): never {
  throw new UsageError(`Write ${what}: ${why}.`)
}
