import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchArguments, usage } from './bench-arguments.js'
import { benchCases } from './bench-cases.js'
import { buildPrograms } from './build-programs.js'
import { writeData } from './data/write-data.js'
import { availableModes } from './measure/available-modes.js'
import { runRounds } from './measure/run-rounds.js'
import { summarise } from './report/case-summary.js'
import { machine } from './report/machine.js'
import { performancePage } from './report/performance-page.js'
import { caseTables, goalCount, goalTable, mappingTable } from './report/tables.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.cache', 'bench')
const warmRows = 2_000
const say = (line: string): void => console.info(line)

async function main(): Promise<void> {
  const options = benchArguments(process.argv.slice(2))
  if (options === 'help') return say(usage)
  const { rows, runs, only, minutes } = options
  const deadline = performance.now() + minutes * 60_000
  say(machine())
  const build = join(cache, `build-${process.pid}`)
  const profiles = options.profile ? join(cache, 'profiles') : undefined
  const folders = { warm: join(cache, `data-${warmRows}`), data: join(cache, `data-${rows}`), scratch: join(build, 'scratch') }
  await writeData(folders.warm, warmRows, say)
  await writeData(folders.data, rows, say)
  await removeLeftovers()
  try {
    await mkdir(folders.scratch, { recursive: true })
    say('building the library and the programs')
    const script = await buildPrograms(build)
    const modes = await availableModes(script, folders.warm, folders.scratch, say)
    const matching = (id: string): boolean => only.length === 0 || only.some((word) => id.includes(word))
    const cases = benchCases(modes, matching)
    if (cases.length === 0) throw new Error(`No case matches ${only.join(', ')}.`)
    const { runsOf, failures } = await runRounds({ script, cases, folders, rows, runs, deadline, profiles, say })

    const summaries = [...runsOf].map(([benchCase, { fileRows, results }]) => summarise(benchCase, fileRows, results))
    const fewest = Math.min(...summaries.map((summary) => summary.runs))
    say(`\n${caseTables(summaries)}\n`)
    const mapping = mappingTable(summaries)
    if (mapping !== '') say(`### Mapping and checks\n\n${mapping}\n`)
    const goals = goalTable(summaries)
    if (goals !== '') say(`### Goals\n\n${goals}\n\n${goalCount(summaries)}; ${fewest} runs of each case.`)
    const others = Math.max(...summaries.map(({ othersCores }) => othersCores.median))
    if (others > 0.3) say(`Others kept up to ${others.toFixed(1)} of ${availableParallelism()} cores busy: do not trust these figures.`)

    for (const failure of failures) console.error(`FAILED ${failure}`)
    if (failures.length > 0) process.exitCode = 1
    else if (options.write) {
      const page = join(root, 'docs', 'reference', 'performance.md')
      await writeFile(page, performancePage(summaries, rows, fewest))
      say(`wrote ${relative(root, page)}`)
    }
  } finally {
    await rm(build, { recursive: true, force: true })
  }
}

/** Builds of benches that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid = Number(/^build-(\d+)$/.exec(name)?.[1])
    if (pid > 0 && !isRunning(pid)) await rm(join(cache, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
