import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

const packages = ['@duckdb/node-api', 'csv-parse', 'hyparquet', 'hyparquet-compressors', 'avsc', 'apache-arrow', 'valibot']

/** What the figures were measured on; says nothing of when or where. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores (${model}), ${memory} GiB of memory, ${process.platform} ${process.arch}, Node ${process.version} (V8 ${process.versions.v8})`
}

/** The peers' versions, as installed. */
export function peerVersions(): string {
  return packages
    .map((name) => {
      const { version } = JSON.parse(readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as {
        version: string
      }
      return `${name} ${version}`
    })
    .join(', ')
}
