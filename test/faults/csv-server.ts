import { once } from 'node:events'
import { startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { generatedCsv, rowsOfCsv } from './generated-csv.js'

/** Serves one generated CSV of so many bytes until its input ends, from a process of its own. */
const double = await startS3Double()
double.createBucket('large')
double.putGenerated('large', 'in/large.csv', generatedCsv(rowsOfCsv(Number(process.argv[2]))))
const { endpoint, region, credentials } = double
const { accessKeyId, secretAccessKey } = credentials
process.stdout.write(`${JSON.stringify({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })}\n`)
process.stdin.resume()
await once(process.stdin, 'end')
await double.close()
