import { fileURLToPath } from 'node:url'
import { ImportError } from 'lading'
import { demoArguments, USAGE, UsageError } from './demo-arguments.js'
import { importBucket } from './import-bucket.js'
import { importFlights } from './import-flights.js'

// The SDK announces its end of Node 20 on every start; the README says so once.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const folder = fileURLToPath(new URL('../../.cache/demo', import.meta.url))
const log = (line: string): void => console.log(line)

try {
  const run = demoArguments(process.argv.slice(2))
  const ok =
    run.mode === 'bucket' ? await importBucket(run, folder, log) : (await importFlights({ folder, add: run.add, reset: run.reset, log })).ok
  process.exitCode = ok ? 0 : 1
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`)
  else if (error instanceof ImportError) console.error(`${error.code}: ${error.message} ${error.remedy ?? ''}`)
  else throw error
}
