import { join } from 'node:path'
import type { Isolation } from '../bench-cases.js'
import { dataFiles } from '../data/data-files.js'
import { runCase } from './run-case.js'

/** The isolation modes that the library has here, by importing a small file in each. */
export async function availableModes(script: string, folder: string, scratch: string, say: (line: string) => void): Promise<Isolation[]> {
  const path = join(folder, dataFiles.csv)
  const modes: Isolation[] = []
  for (const isolation of ['process', 'thread', 'inline'] as const) {
    try {
      await runCase(script, { program: 'lading-columns', isolation, vectors: false, scratch, path, warmPath: path })
      modes.push(isolation)
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('ISOLATION_UNAVAILABLE'))) throw error
      say(`isolation: '${isolation}' cannot be had here, and is left out`)
    }
  }
  return modes
}
