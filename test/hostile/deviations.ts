/**
 * Files that end otherwise than the index of the corpora says, with the reason in their format's specification. A file
 * that ends as the index says may not stand here.
 */
export const deviations: ReadonlyMap<string, string> = new Map([
  [
    'csv-spectrum/csvs/location_coordinates.csv',
    'Refused with row and line. RFC 4180, 2.5: a cell that is not quoted may hold no quote, so where such a cell ends is a guess.',
  ],
  ['duckdb/data/csv/afl/23.csv', 'Refused as no text: it holds NUL, which the grammar of RFC 4180 (TEXTDATA) leaves out.'],
  ['duckdb/data/csv/afl/no_parameter/2.csv', 'Refused as no text: it holds NUL, which the grammar of RFC 4180 (TEXTDATA) leaves out.'],
  ['duckdb/data/csv/nullterm.csv', 'Refused as no text: it holds NUL, which the grammar of RFC 4180 (TEXTDATA) leaves out.'],
  [
    'handmade-hostile/pq-zeroed-page.parquet',
    'Read: the page has no CRC, and 50 zero bytes among PLAIN values of INT32 are values, here within the minimum and maximum of the chunk.',
  ],
  [
    'apache-arrow-rs/arrow-avro/test/data/bad-varint-bug.avro.gz',
    'Read: a lawful file of one record. Its block inflates to 04 02 04 00, the array [1, 2], and the sync marker follows it.',
  ],
])
