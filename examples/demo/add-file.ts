import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LOG_COLUMNS } from './flight-log.js'
import { LOG_PREFIX } from './log-files.js'

/** Rows of the file that {@link addFile} writes. */
export const ADDED_ROWS = 1_000

/** Puts one more file into the bucket's folder, as a partner would who is late, and returns its key. */
export async function addFile(bucketFolder: string, name: string): Promise<string> {
  const key = `${LOG_PREFIX}2001/07/partners/${name}.csv`
  const rows = Array.from({ length: ADDED_ROWS }, (_, i) => {
    const time = new Date(Date.UTC(2001, 6, 2, 0, i)).toISOString()
    return [`${name}-${i}`, time, 7.5, i % 60, 'SFO', 'JFK', 2586, time.slice(11, 13), 'SFO-JFK', 'Monday'].join(',')
  })
  const path = join(bucketFolder, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${[LOG_COLUMNS.join(','), ...rows].join('\n')}\n`)
  return key
}
