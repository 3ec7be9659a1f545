import { MultiBar, type SingleBar } from 'cli-progress'
import type { ImportJobEventName, ImportJobEvents } from 'lading'

/** A job, or a manager of many. */
interface Telling {
  on<K extends ImportJobEventName>(event: K, listener: (event: ImportJobEvents[K]) => void): Telling
}

const FORMAT = '{bar} {percent} % {rows} rows  {name}'

/** A bar for each file in flight; without a terminal, a line for each file that ends. Call what it returns at the end. */
export function showProgress(job: Telling, prefix: string, log: (line: string) => void): () => void {
  const shortName = (key: string): string => (key.startsWith(prefix) ? key.slice(prefix.length) : key)
  const bars = process.stderr.isTTY
    ? new MultiBar({ format: FORMAT, barsize: 28, barCompleteChar: '█', barIncompleteChar: '░', hideCursor: true, clearOnComplete: true })
    : null
  const open = new Map<string, SingleBar>()
  const say = (line: string): void => {
    if (bars) bars.log(`${line}\n`)
    else log(line)
  }
  const close = (key: string): void => {
    const bar = open.get(key)
    if (bar) bars?.remove(bar)
    open.delete(key)
  }
  job
    .on('fileStarted', ({ file }) => {
      const bar = bars?.create(Math.max(file.size, 1), 0, { name: shortName(file.key), rows: '0', percent: '  0' })
      if (bar) open.set(file.key, bar)
    })
    .on('fileProgressed', ({ file, rowsRead, bytesRead }) => {
      const percent = String(Math.min(100, Math.round((100 * bytesRead) / Math.max(file.size, 1)))).padStart(3)
      open.get(file.key)?.update(Math.min(bytesRead, file.size), { rows: rowsRead.toLocaleString('en'), percent })
    })
    .on('fileImported', ({ file, counts }) => {
      close(file.key)
      const rejected = counts.rowsRejected > 0 ? `, ${counts.rowsRejected} rejected` : ''
      say(`imported ${shortName(file.key)}: ${counts.rowsWritten.toLocaleString('en')} rows${rejected}`)
    })
    .on('fileRetried', ({ file, error }) => {
      close(file.key)
      say(`later    ${shortName(file.key)}: ${error.code} ${error.message}`)
    })
    .on('fileFailed', ({ file, error }) => {
      close(file.key)
      say(`failed   ${shortName(file.key)}: ${error.code} ${error.message} ${error.remedy ?? ''}`)
    })
    .on('fileSkipped', ({ file, rule }) => say(`skipped  ${shortName(file.key)}: ${rule}`))
    .on('jobBlocked', ({ error }) => say(`blocked: ${error.code} ${error.message} ${error.remedy ?? ''}`))
    .on('jobFailed', ({ error }) => say(`stopped: ${error.code} ${error.message} ${error.remedy ?? ''}`))
  let ended = false
  return () => {
    if (ended) return
    ended = true
    // Lines that were said since the last drawing.
    bars?.update()
    bars?.stop()
  }
}
