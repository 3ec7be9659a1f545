import { benchColumns } from '../bench-columns.js'
import { nullHash, numberHash, seedOf, textHash } from './cell-hash.js'
import type { Checksum } from './checksum.js'

/** `records`: as Lading builds them. `flat`: objects by the file's column names, timestamps in epoch seconds. */
export type RowShape = 'records' | 'flat'

/**
 * Adds one row object at a time to a checksum. Generated, so that every shape is read by fixed properties and no case pays
 * for looking names up.
 */
export function rowSums(checksum: Checksum, shape: RowShape): (row: object) => void {
  const lines = benchColumns.map(({ name, kind, path }, slot) => {
    const property = (key: string): string => `[${JSON.stringify(key)}]`
    const access = shape === 'flat' ? property(name) : path.map((key) => property(key as string)).join('')
    const seed = seedOf(slot)
    const number = kind === 'seconds' ? (shape === 'flat' ? 'v * 1000' : 'v.getTime()') : 'v'
    const hash = kind === 'text' ? `text(v, ${seed})` : `number(${number}, ${seed})`
    return `v = row${access}; sums[${slot}] = (sums[${slot}] + (v === null ? ${nullHash(seed)} : ${hash})) | 0`
  })
  const make = new Function('text', 'number', 'sums', `return function (row) { let v\n${lines.join('\n')}\n}`)
  const add = make(textHash, numberHash, checksum.sums) as (row: object) => void
  return (row) => {
    add(row)
    checksum.rows++
  }
}
