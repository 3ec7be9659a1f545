import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** One file of the corpora, from their index. */
export interface CorpusFile {
  readonly path: string
  readonly expected: string
  /** As an independent reader counted them; undefined where none did. */
  readonly rows: number | undefined
  readonly columns: number | undefined
  readonly reference: string
  bytes(): Uint8Array
}

/** Folder of public files of all formats, with an index; tests over it are skipped when it is not named. */
export const corpora = process.env.LADING_CORPORA
/** For the name of a suite, so that a skipped one says why. */
export const skipNote = corpora === undefined ? ' (skipped: LADING_CORPORA names no folder)' : ''

export function corpusFiles(format: string): CorpusFile[] {
  if (corpora === undefined) return []
  const count = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text))
  return readFileSync(join(corpora, 'index.tsv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((cells) => cells[3] === format)
    .map(([path = '', , , , expected = '', rows, columns, reference = '']) => ({
      path,
      expected,
      rows: count(rows),
      columns: count(columns),
      reference,
      bytes: () => {
        const bytes = readFileSync(join(corpora as string, path))
        return Uint8Array.from(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
      },
    }))
}
