import type { GeneratedObject } from '../../src/testing/s3-double/s3-double.js'

/** Width of every line, header included. */
const LINE_BYTES = 100
const HEADER = 'prediction_id,prediction_ts,score,actual,feature_city,feature_amount,tag_zone'

/** Data rows of a generated CSV of about so many bytes. */
export function rowsOfCsv(bytes: number): number {
  return Math.floor(bytes / LINE_BYTES) - 1
}

/** A CSV that is made as it is read: lines of equal width, so that any byte is found at once. */
export function generatedCsv(rows: number): GeneratedObject {
  return {
    size: (rows + 1) * LINE_BYTES,
    etag: `generated-${rows}`,
    read(start, end) {
      const from = Math.floor(start / LINE_BYTES)
      const lines: string[] = []
      for (let line = from; line * LINE_BYTES < end; line++)
        lines.push(line === 0 ? `${HEADER.padEnd(LINE_BYTES - 1, '_')}\n` : lineOf(line))
      const first = from * LINE_BYTES
      return Buffer.from(lines.join(''), 'latin1').subarray(start - first, end - first)
    },
  }
}

function lineOf(row: number): string {
  const second = String(row % 60).padStart(2, '0')
  const cells = [`prediction-${row}`, `2024-03-01T10:20:${second}Z`, (row % 4001) / 8, (row % 97) / 4, `city ${row % 1000}`, row]
  return `${`${cells.join()},`.padEnd(LINE_BYTES - 1, `zone ${row % 50} `)}\n`
}
