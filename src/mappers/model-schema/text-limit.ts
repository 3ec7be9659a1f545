import { bitAt } from '../../model/bitmap.js'
import { endOfCodePoints, isLonger } from '../code-points.js'
import type { IssueCode } from '../issue-codes.js'
import type { RowLog } from '../row-log.js'
import type { TextColumn, Utf8Column } from '../to-text.js'
import { expandDictionary } from '../typed-column.js'
import { placeCheck } from './place-check.js'
import type { Place } from './slot.js'
import { textVerdicts } from './text-verdicts.js'

/** In characters: longer than `cut` is shortened to it, with a warning; longer than `most` rejects the row. */
export interface TextLimit {
  readonly cut: number
  readonly most: number
}

/** Keeps texts within a limit. Columns without a long text go through as they are. */
export function textLimit(
  place: Place,
  { cut, most }: TextLimit,
  codes: { readonly cut: IssueCode; readonly most: IssueCode } = { cut: 'text-truncated', most: 'text-too-long' },
): (column: TextColumn, log: RowLog) => TextColumn {
  const { column: index } = place
  const truncated = placeCheck(place, codes.cut, { limit: cut })
  const tooLong = placeCheck(place, codes.most, { limit: most })
  const verdictsOf = textVerdicts(({ data, offsets }, i) => {
    const from = offsets[i] as number
    const to = offsets[i + 1] as number
    // Bytes first: they settle nearly every cell.
    if (to - from <= cut || !isLonger(data, from, to, cut)) return 0
    return (isLonger(data, from, to, most) ? tooLong : truncated) + 1
  })
  return (column, log) => {
    const verdictOf = verdictsOf(column)
    if (verdictOf === null) return column
    let long = false
    for (let i = 0; i < column.length; i++) {
      const failed = verdictOf(i)
      if (failed === 0 || !bitAt(column.validity, i)) continue
      log.add(i, failed - 1, index)
      long = true
    }
    if (!long) return column
    return shortened((column.kind === 'dictionary' ? expandDictionary(column) : column) as Utf8Column, cut)
  }
}

function shortened({ data, offsets, ...column }: Utf8Column, limit: number): Utf8Column {
  const ends = new Int32Array(offsets.length)
  const kept = new Uint8Array(data.length)
  let at = 0
  for (let i = 0; i < column.length; i++) {
    const from = offsets[i] as number
    const to = offsets[i + 1] as number
    const end = to - from <= limit ? to : endOfCodePoints(data, from, to, limit)
    kept.set(data.subarray(from, end), at)
    at += end - from
    ends[i + 1] = at
  }
  return { ...column, offsets: ends, data: kept.slice(0, at) }
}
