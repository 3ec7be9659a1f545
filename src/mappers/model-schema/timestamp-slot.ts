import { bitAt } from '../../model/bitmap.js'
import type { Column, ColumnOf } from '../../model/column.js'
import { wordsOf } from '../cell-source.js'
import type { IssueCode } from '../issue-codes.js'
import { toFloat64 } from '../to-float64.js'
import type { Utf8Column } from '../to-text.js'
import { isClockTime, parseTimestamp } from './parse-timestamp.js'
import { placeCheck } from './place-check.js'
import type { Place, Slot, Step } from './slot.js'
import { type TimeWindow, timeWindow } from './time-window.js'

const kinds: ReadonlySet<string> = new Set([
  'utf8',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'float64',
  'decimal',
  'timestamp',
  'date',
  'null',
])
const dayMicros = 86_400_000_000
const microsPer = { s: 1_000_000, ms: 1_000, us: 1, ns: 0.001 } as const

/** When a prediction was made. Becomes `timestamp('us', 'UTC')`, or `'ns'` when the file's is; never null. */
export const timestampSlot: Slot = {
  expected: 'epoch seconds, RFC 3339 text, timestamps or dates',
  accepts: ({ kind }) => kinds.has(kind),
  wants: { kind: 'utf8' },
  warns: (type) => (type.kind === 'timestamp' && type.timezone === null ? 'timestamp-zone-missing' : null),
  step: timestampStep,
}

function timestampStep(place: Place): Step {
  const { column: index, options, file } = place
  const window = timeWindow(file.asOf, options.timestampWindow)
  const number = (code: IssueCode): number => placeCheck(place, code, { from: window.fromDay, to: window.toDay })
  const missing = number('timestamp-missing')
  const invalid = number('timestamp-invalid')
  const outside = number('timestamp-outside-window')
  const milliseconds = number('timestamp-milliseconds')
  const future = number('timestamp-in-future')
  const now = file.asOf.getTime() * 1000
  const parsed = new WeakMap<Column, ParsedTexts>()

  return (column, log) => {
    const { length } = column
    const native = column.kind === 'timestamp' && (column.unit === 'us' || column.unit === 'ns')
    const data = native ? column.data : new BigInt64Array(length)
    const words = wordsOf(data)
    const { micros, epoch } = microsOf(column, parsed)
    const { validity } = column
    for (let i = 0; i < length; i++) {
      const value = micros[i] as number
      if (column.kind === 'null' || !bitAt(validity, i)) log.add(i, missing, index)
      else if (value >= window.from && value <= window.to) {
        if (value > now) log.add(i, future, index)
        if (native) continue
        const high = Math.floor(value / 4294967296)
        words[2 * i + 1] = high
        words[2 * i] = value - high * 4294967296
      } else if (Number.isNaN(value)) log.add(i, invalid, index)
      else log.add(i, (epoch === null || epoch[i] === 1) && inMilliseconds(value, window, column) ? milliseconds : outside, index)
    }
    // Rows without a value are rejected, so every row that stays has one.
    return {
      kind: 'timestamp',
      length,
      validity: null,
      unit: column.kind === 'timestamp' && column.unit === 'ns' ? 'ns' : 'us',
      timezone: 'UTC',
      data,
    }
  }
}

function inMilliseconds(value: number, window: TimeWindow, column: Column): boolean {
  return column.kind !== 'timestamp' && column.kind !== 'date' && value / 1000 >= window.from && value / 1000 <= window.to
}

interface ParsedTexts {
  /** Microseconds; NaN where the cell says no time. */
  readonly micros: Float64Array
  /** 1 where the cell is a number; `null`: all are. */
  readonly epoch: Uint8Array | null
}

function microsOf(column: Column, parsed: WeakMap<Column, ParsedTexts>): ParsedTexts {
  const { length } = column
  switch (column.kind) {
    case 'null':
      return { micros: new Float64Array(length), epoch: null }
    case 'utf8':
      return parseTexts(column as Utf8Column)
    case 'dictionary': {
      const { values } = column.dictionary
      let texts = parsed.get(values)
      if (texts === undefined) {
        texts = parseTexts(values as Utf8Column)
        parsed.set(values, texts)
      }
      const micros = new Float64Array(length)
      const epoch = new Uint8Array(length)
      for (let i = 0; i < length; i++) {
        const at = column.indices[i] as number
        micros[i] = texts.micros[at] ?? Number.NaN
        epoch[i] = texts.epoch?.[at] ?? 0
      }
      return { micros, epoch }
    }
    case 'timestamp':
      return { micros: scaled(column), epoch: null }
    case 'date':
      return { micros: Float64Array.from(column.data, (days) => days * dayMicros), epoch: null }
    default: {
      const seconds = toFloat64(column)
      const micros = new Float64Array(length)
      if (seconds.kind === 'float64') {
        for (let i = 0; i < length; i++) {
          const value = (seconds.data[i] as number) * 1_000_000
          // Infinity is no time, as NaN is none.
          micros[i] = Number.isFinite(value) ? Math.round(value) : Number.NaN
        }
      }
      return { micros, epoch: null }
    }
  }
}

function parseTexts({ data, offsets, length }: Utf8Column): ParsedTexts {
  const micros = new Float64Array(length)
  const epoch = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const from = offsets[i] as number
    const to = offsets[i + 1] as number
    micros[i] = parseTimestamp(data, from, to)
    epoch[i] = isClockTime(data, from, to) ? 0 : 1
  }
  return { micros, epoch }
}

/** Nanoseconds lose their last digits here, which only the comparison with the window sees. */
function scaled({ data, unit, length }: ColumnOf<'timestamp'>): Float64Array {
  const words = wordsOf(data)
  const micros = new Float64Array(length)
  const factor = microsPer[unit]
  for (let i = 0; i < length; i++) micros[i] = ((words[2 * i + 1] as number) * 4294967296 + ((words[2 * i] as number) >>> 0)) * factor
  return micros
}
