import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU in hundredths of a second. */
const tickMs = 10

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // It ended between two looks.
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw error
  }
}

/** Process ids of the children of a process; none where there is no `/proc`. */
export function childrenOf(pid: number): number[] {
  let threads: string[]
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
  return threads.flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number))
}

/** A process and all below it. */
export const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)]

/** Resident memory of a process, bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** CPU that a process has used, ms; 0 when it is gone. */
export function cpuMsOf(pid: number): number {
  // Fields after the name, which is in parentheses and may hold anything: state is the first, utime the 12th.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs
}

/** CPU that the whole machine has used, ms; 0 where it cannot be told. */
export function machineCpuMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = read('/proc/stat').split('\n', 1)[0]?.split(/\s+/).map(Number) ?? []
  return (user + nice + system + irq + softirq) * tickMs
}
