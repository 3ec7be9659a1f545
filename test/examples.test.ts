import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const programsIn = (folder: string): string[] => readdirSync(`${root}${folder}`).filter((name) => name.endsWith('.ts'))
const programs = programsIn('examples')
const models = programsIn('examples/models')

/** The comment lines behind `// Output:`, which end the file. */
const promisedOutput = (path: string): string | undefined =>
  readFileSync(path, 'utf8')
    .split('// Output:\n')[1]
    ?.trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')

/** Ends by itself and says nothing on stderr. */
async function outputOf(path: string, ...paths: readonly string[]): Promise<string> {
  const imports = ['tsx', pathToFileURL(`${root}test/tooling/name-worker.ts`).href].flatMap((specifier) => ['--import', specifier])
  const { stdout, stderr } = await run(process.execPath, [...imports, path, ...paths], {
    cwd: root,
    timeout: 60_000,
    // The SDK's announcement that it will leave Node 20.
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  })
  expect(stderr).toBe('')
  return stdout.trimEnd()
}

test('there are examples', () => {
  expect(programs.length).toBeGreaterThanOrEqual(8)
})

// A process of its own each: it must also end by itself.
test.each(programs)('%s prints what it says', { timeout: 70_000 }, async (name) => {
  const path = `${root}examples/${name}`
  expect(await outputOf(path)).toBe(promisedOutput(path))
})

describe('examples of model types', () => {
  test('there is one for each, and for what comes apart from it', () => {
    expect(models.map((name) => name.replace(/\.ts$/, '')).sort()).toEqual([
      'delayed-actuals',
      'embeddings',
      'generative-llm',
      'multi-class-multi-label',
      'multi-class-single-label',
      'numeric',
      'object-detection',
      'ranking',
      'score-categorical',
    ])
  })

  test('print what they say', { timeout: 70_000 }, async () => {
    const paths = models.map((name) => `${root}examples/models/${name}`)
    const outputs = `${await outputOf(`${root}test/tooling/run-programs.ts`, ...paths)}\n`.split(/^=== (.*)\n/m).slice(1)
    expect(Object.fromEntries(paths.map((_, i) => [outputs[2 * i], outputs[2 * i + 1]?.trimEnd()]))).toEqual(
      Object.fromEntries(paths.map((path) => [path, promisedOutput(path)])),
    )
  })
})
