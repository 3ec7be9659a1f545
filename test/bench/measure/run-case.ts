import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { CaseOrder } from '../case-process.js'
import type { CaseResult, CaseRun } from './case-result.js'
import { cpuMsOf, machineCpuMs, residentBytes, treeOf } from './process-tree.js'

const sampleMs = 50

/** Runs one case in a process of its own, watching its memory from outside. `flags` are Node's. Throws what the process said when it failed. */
export async function runCase(script: string, order: CaseOrder, flags: readonly string[] = []): Promise<CaseRun> {
  const machineBefore = machineCpuMs()
  const begun = performance.now()
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = child.pid
  if (pid === undefined) throw new Error('The process of a case could not be started.')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000)
  })
  let peak = 0
  const cpu = new Map<number, number>()
  const sample = (): void => {
    const tree = treeOf(pid)
    peak = Math.max(
      peak,
      tree.reduce((sum, each) => sum + residentBytes(each), 0),
    )
    for (const each of tree) cpu.set(each, Math.max(cpu.get(each) ?? 0, cpuMsOf(each)))
  }
  const timer = setInterval(sample, sampleMs)
  const [code, signal] = (await once(child, 'close').finally(() => clearInterval(timer))) as [number | null, string | null]
  if (code !== 0) throw new Error(`${order.program} on ${order.path} ended with ${signal ?? code}:\n${stderr}`)
  const result = JSON.parse(stdout.trim().split('\n').at(-1) as string) as CaseResult
  const own = [...cpu.values()].reduce((sum, each) => sum + each, 0)
  // The runner's own sampling is among the others.
  const othersCores = Math.max(0, machineCpuMs() - machineBefore - own) / (performance.now() - begun)
  return { ...result, peakMb: peak / 1e6, othersCores }
}
