import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { bundleProgram } from '../crash/bundle-importer.js'
import { rowsOfCsv } from './generated-csv.js'
import type { MemoryReport } from './memory-importer.js'

const MB = 1_000_000
/** 1 GB: `LADING_MEMORY=full npx vitest run --config test/vitest.config.ts test/faults/memory.test.ts`; unset, 60 MB. */
const isFull = process.env.LADING_MEMORY === 'full'
const bytes = (isFull ? 1_000 : 60) * MB

test(`a CSV of ${bytes / MB} MB is imported in bounded, flat memory`, { timeout: isFull ? 1_800_000 : 120_000 }, async () => {
  const report = await importLarge()
  expect(report.errors).toEqual([])
  expect({ imported: report.imported, rows: report.rows }).toEqual({ imported: 1, rows: rowsOfCsv(bytes) })

  const settled = bytes / 5
  const after = report.samples.filter(({ read }) => read >= settled)
  const rss = slope(after.map(({ read, rss: y }) => [read, y]))
  const buffers = slope(after.map(({ read, arrayBuffers: y }) => [read, y]))
  const live = slope(report.live.filter(({ read }) => read >= settled).map(({ read, bytes: y }) => [read, y]))
  const peakBuffers = Math.max(...report.samples.map(({ arrayBuffers }) => arrayBuffers))
  process.stdout.write(
    `\n${bytes / MB} MB in ${(report.ms / 1000).toFixed(1)} s, ${report.samples.length} samples: peak RSS ${mb(report.peakRss)} MB ` +
      `(array buffers ${mb(peakBuffers)} MB); after the first ${mb(settled)} MB, per 100 MB: RSS ${mb(100 * MB * rss)} MB, ` +
      `array buffers ${mb(100 * MB * buffers)} MB${report.live.length === 0 ? '' : `, live after collection ${mb(100 * MB * live)} MB`}\n`,
  )
  expect(report.peakRss / MB, 'peak').toBeLessThanOrEqual(350)
  if (isFull) expect(100 * rss, 'MB of RSS per 100 MB of input').toBeLessThanOrEqual(1)
  // RSS says nothing yet: it grows until the collector sees a reason. What is in use after a collection swings by what is
  // just being read, some MB; whoever keeps the input gains 100.
  else expect(100 * live, 'MB in use per 100 MB of input').toBeLessThanOrEqual(25)
})

async function importLarge(): Promise<MemoryReport> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-memory-'))
  try {
    const [server, importer] = await Promise.all(['csv-server', 'memory-importer'].map((name) => bundled(name, folder)))
    const serving = spawn(process.execPath, [server as string, String(bytes)], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      const [line] = (await once(createInterface(serving.stdout), 'line')) as [string]
      const flags = ['--max-old-space-size=256', ...(isFull ? [] : ['--expose-gc'])]
      const argument = JSON.stringify({ ...JSON.parse(line), bytes })
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, importer as string, argument], { maxBuffer: 64 * MB })
      return JSON.parse(stdout) as MemoryReport
    } finally {
      const gone = once(serving, 'exit')
      serving.stdin.end()
      await gone
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function bundled(name: string, folder: string): Promise<string> {
  await mkdir(join(folder, name))
  return await bundleProgram(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), join(folder, name))
}

/** Of the line that fits the points best (least squares); 0 for fewer than two. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const up = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0)
  const wide = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  return wide === 0 ? 0 : up / wide
}

function mb(value: number): string {
  return (value / MB).toFixed(1)
}
