import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { rowMapper } from '../../src/mappers/row-mapper/row-mapper.js'
import { type MemorySource, memorySource } from '../../src/sources/memory/memory-source.js'
import type { SeededRandom } from './seeded-random.js'

/** A record as the schema of this number makes it. */
export interface LogRecord {
  readonly id: string
  readonly schema: number
}

/** What a version holds. */
export interface LogContent {
  readonly text: string
  /** Row and id of each good row. */
  readonly good: readonly { readonly row: number; readonly id: string }[]
  readonly broken: number
  /** It can only fail: no schema fits it, or no row is good. */
  readonly doomed: boolean
}

/** Rows with their ids; a row without a number is refused. */
export function logMapper(schema: number): SchemaMapper<LogRecord> {
  return rowMapper({
    signature: `log/${schema}`,
    columns: { id: 'string', n: 'float64' },
    map: ({ id, n }, { reject }) => (id === null || n === null ? reject('x-empty', 'an empty cell') : { id, schema }),
  })
}

/** A bucket whose every version stays known to the one who checks. */
export class LogBucket {
  readonly source: MemorySource = memorySource({})
  /** By version. */
  readonly contents = new Map<string, LogContent>()
  /** What is there now: version by key. */
  readonly present = new Map<string, string>()
  readonly #history = new Map<string, LogContent[]>()
  #count = 0

  async put(key: string, content: LogContent): Promise<void> {
    const seen = this.#history.get(key) ?? []
    if (!seen.includes(content)) this.#history.set(key, [...seen, content])
    this.source.put(key, content.text)
    const version = (await this.source.stat?.(key, { signal: alive }))?.version ?? ''
    this.present.set(key, version)
    this.contents.set(version, content)
  }

  delete(key: string): void {
    this.source.delete(key)
    this.present.delete(key)
  }

  /** Something new, or something that was there before. */
  next(key: string, random: SeededRandom, again: number): LogContent {
    const seen = this.#history.get(key) ?? []
    if (seen.length > 0 && random.chance(again)) return random.pick(seen)
    return this.#fresh(key, random)
  }

  #fresh(key: string, random: SeededRandom): LogContent {
    const name = `${key}:${++this.#count}`
    if (random.chance(0.05)) return { text: `other\n${name}\n`, good: [], broken: 0, doomed: true }
    const rows = random.integer(0, 40)
    const good: { row: number; id: string }[] = []
    let text = 'id,n\n'
    for (let row = 1; row <= rows; row++) {
      const id = `${name}:${row}`
      const broken = random.chance(0.1)
      if (!broken) good.push({ row, id })
      text += `${id},${broken ? '' : row}\n`
    }
    return { text, good, broken: rows - good.length, doomed: rows > 0 && good.length === 0 }
  }
}

const alive = new AbortController().signal
