import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ImportJob } from '../../src/job/import-job.js'
import { IMPORT_JOB_EVENTS } from '../../src/job/job-events.js'
import { checkOptions } from '../../src/job/job-options.js'
import { checkManagerOptions } from '../../src/manager/manager-options.js'
import { defaultBudgets } from '../../src/model/budgets.js'
import { ERROR_CODES } from '../../src/model/error-code.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { scoreMapper } from '../job/parts.js'

const root = new URL('../../', import.meta.url)
const page = (name: string): string => readFileSync(new URL(`docs/reference/${name}.md`, root), 'utf8')
const [jobOptions = '', managerOptions = ''] = page('options').split('\n# Options of a job manager\n')
/** First cells of table rows that are one code word. */
const firstCells = (text: string): string[] => [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string)

function sources(): string {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('error-code.ts'),
  )
  return files.map((file) => readFileSync(new URL(`src/${file}`, root), 'utf8')).join('\n')
}

describe('reference pages say what the code says', () => {
  test('errors: every code is documented once, nothing else is, and each is thrown somewhere', () => {
    const documented = firstCells(page('errors')).filter((cell) => cell === cell.toUpperCase())
    expect(documented.sort()).toEqual([...ERROR_CODES].sort())
    const text = sources()
    expect(ERROR_CODES.filter((code) => !text.includes(`'${code}'`))).toEqual([])
  })

  test('events: every event is documented once, nothing else is, and each is emitted somewhere', () => {
    expect(firstCells(page('events')).sort()).toEqual([...IMPORT_JOB_EVENTS].sort())
    const text = sources()
    expect(IMPORT_JOB_EVENTS.filter((name) => !text.includes(`emit('${name}'`))).toEqual([])
  })

  test('options: every option and its default', () => {
    const parts = { id: 'x', source: memorySource({}), sink: memorySink(), store: memoryStore(), mapper: scoreMapper() }
    const cells = firstCells(jobOptions)
    const refused = [
      'id',
      'source',
      'mapper',
      'sink',
      'rejects',
      'store',
      'decoders',
      'scheduler',
      'isolation',
      'workerId',
      ...Object.keys(checkOptions(parts)),
      ...Object.keys(defaultBudgets),
    ]
    expect([...new Set(cells)].sort()).toEqual(
      [...new Set(refused.filter((name) => name !== 'allBudgets'))]
        .concat('maxConcurrentFiles', 'maxRejectedRows', 'maxRejectedRatio', 'since', 'startAfter')
        .filter((name, i, all) => all.indexOf(name) === i)
        .sort(),
    )
    const settings: Record<string, unknown> = { ...checkOptions(parts), ...defaultBudgets }
    const units: Record<string, number> = { GiB: 2 ** 30, MiB: 2 ** 20 }
    for (const [, name, text] of jobOptions.matchAll(/^\| `(\w+)` \| ([\d ]+(?: [GM]iB)?) \|/gm)) {
      const [, digits, unit] = /^([\d ]+?)(?: ([GM]iB))?$/.exec(text as string) as RegExpExecArray
      expect(Number((digits as string).replaceAll(' ', '')) * (unit === undefined ? 1 : (units[unit] as number)), name).toBe(
        settings[name as string],
      )
    }
    expect(() => new ImportJob({ ...parts, wrong: 1 } as never)).toThrow(/wrong/)
  })

  test('options of a manager: every option and its default', () => {
    const { build, store, ...settings } = checkManagerOptions({ store: memoryStore(), build: () => Promise.reject() })
    expect(firstCells(managerOptions).sort()).toEqual(['build', 'store', 'maxFilesPerJob', ...Object.keys(settings)].sort())
    for (const [name, value] of Object.entries<number | boolean | undefined>(settings)) {
      expect(managerOptions).toContain(
        `| \`${name}\` | ${typeof value === 'boolean' ? `\`${value}\`` : value?.toLocaleString('fr')} |`.replaceAll(/\s/g, ' '),
      )
    }
  })

  test('the pages that others link to exist', () => {
    for (const file of [
      'README.md',
      ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
        .map((name) => `docs/${name}`),
    ]) {
      const url = new URL(file, root)
      for (const [, link] of readFileSync(url, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
        expect(existsSync(new URL(link as string, url)), `${file} -> ${link}`).toBe(true)
      }
    }
  })
})
