import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProgramOptions } from './cases/bench-case.js'
import type { CaseResult } from './measure/case-result.js'
import { childrenOf, cpuMsOf } from './measure/process-tree.js'
import { type ProgramName, programs } from './programs.js'

/** What the runner passes as the one argument, in JSON. */
export interface CaseOrder extends ProgramOptions {
  readonly program: ProgramName
  /** A small file of the same format, run first: modules, compilation and child processes are not what is measured. */
  readonly warmPath: string
  readonly path: string
}

const resolutionMs = 5

const { program, warmPath, path, ...options } = JSON.parse(process.argv[2] as string) as CaseOrder
const { run, close } = await programs[program](options)

const begun = performance.now()
await run(warmPath)
const firstMs = performance.now() - begun

const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()
await sleep(10 * resolutionMs)
delay.reset()

// A child that ends meanwhile is not counted; none does while a file is read.
const cpuOfChildren = (): number => childrenOf(process.pid).reduce((sum, pid) => sum + cpuMsOf(pid), 0)
const childrenBefore = cpuOfChildren()
const before = process.cpuUsage()
const start = performance.now()
const outcome = await run(path)
const wallMs = performance.now() - start
const { user, system } = process.cpuUsage(before)
const cpuMs = (user + system) / 1000 + cpuOfChildren() - childrenBefore

// The timer that measures has to fire once more to see a stall at the very end.
await sleep(4 * resolutionMs)
const stallMs = Math.max(0, delay.max / 1e6 - resolutionMs)
delay.disable()
await close?.()

const result: CaseResult = { ...outcome, wallMs, cpuMs, stallMs, firstMs }
process.stdout.write(`${JSON.stringify(result)}\n`)
