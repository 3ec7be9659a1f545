import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Path of a file in a folder of its own, gone when the test has ended. */
export async function temporaryFile(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, name)
}
