import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type S3Double, startS3Double } from 'lading/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type BucketRun, UsageError } from '../../examples/demo/demo-arguments.js'
import { importBucket } from '../../examples/demo/import-bucket.js'

let folder: string
let s3: S3Double

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-demo-'))
  s3 = await startS3Double()
  s3.createBucket('logs', { tags: { 'arize-ingestion-key': 'key-1' } })
  s3.putObject('logs', 'in/a.csv', 'id,score,actual,feature/x\n1,0.5,0.25,u\n,0.75,1,v\n')
  vi.stubEnv('AWS_ACCESS_KEY_ID', s3.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.credentials.secretAccessKey)
  const schema = { prediction_id: 'id', prediction_score: 'score', actual_score: 'actual', features: 'feature/' }
  await writeFile(join(folder, 'schema.json'), JSON.stringify({ model: 'm', modelType: 'numeric', environment: 'production', schema }))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await s3.close()
  await rm(folder, { recursive: true, force: true })
})

const run = async (changes: Partial<BucketRun> = {}): Promise<{ ok: boolean; output: string }> => {
  const lines: string[] = []
  const base = { mode: 'bucket', url: 's3://logs/in/', schema: join(folder, 'schema.json'), ingestionKey: 'key-1', role: null } as const
  const bucket: BucketRun = { ...base, region: s3.region, endpoint: s3.endpoint, ...changes }
  const ok = await importBucket(bucket, folder, (line) => lines.push(line))
  return { ok, output: lines.join('\n') }
}

test('imports a bucket with the options in schema.json, then nothing new', async () => {
  const first = await run()
  expect(first.output).toMatch(/1 files match/)
  expect(first.output).toMatch(/imported a\.csv: 1 rows, 1 rejected/)
  expect(first.ok).toBe(true)
  expect(await run()).toMatchObject({ ok: true, output: expect.stringMatching(/nothing new/) })
})

test('says what is wrong before anything is imported', async () => {
  expect(await run({ ingestionKey: 'other' })).toMatchObject({
    ok: false,
    output: expect.stringMatching(/SOURCE_OWNERSHIP_MISMATCH.*nothing was imported/s),
  })
  await expect(run({ schema: join(folder, 'missing.json') })).rejects.toThrow(UsageError)
})
