import type { BigIntStats } from 'node:fs'

/** `m:<mtime in ns>:<size>`. */
export function fileVersion(stats: BigIntStats): string {
  return `m:${stats.mtimeNs}:${stats.size}`
}
