import { readFile } from 'node:fs/promises'

/** Memory of a process that is in RAM, bytes, where the system tells it (Linux); else `null`. */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    // In kB whatever the page size, unlike `statm`.
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))
    return found === null ? null : Number(found[1]) * 1024
  } catch {
    // No such system, or the process is gone, which its own event tells.
    return null
  }
}
