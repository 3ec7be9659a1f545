import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const programs = readdirSync(`${root}examples`).filter((name) => name.endsWith('.ts'))

/** The comment lines behind `// Output:`, which end the file. */
const promisedOutput = (text: string): string | undefined =>
  text
    .split('// Output:\n')[1]
    ?.trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')

test('there are examples', () => {
  expect(programs.length).toBeGreaterThanOrEqual(6)
})

// A process of its own each: it must also end by itself.
test.each(programs)('%s prints what it says', { timeout: 70_000 }, async (name) => {
  const path = `${root}examples/${name}`
  const imports = ['tsx', pathToFileURL(`${root}test/tooling/name-worker.ts`).href].flatMap((specifier) => ['--import', specifier])
  const { stdout, stderr } = await run(process.execPath, [...imports, path], {
    cwd: root,
    timeout: 60_000,
    // The SDK's announcement that it will leave Node 20.
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  })
  expect(stderr).toBe('')
  expect(stdout.trimEnd()).toBe(promisedOutput(readFileSync(path, 'utf8')))
})
