/** How values of one type go into a column of another. */
export type Fit =
  | {
      /** Type of the column from now on. */
      readonly type: string
      /** Whole numbers beyond 2^53 on this side would lose digits: look before doing it. */
      readonly exactIntegers?: 'table' | 'file'
    }
  | 'conflict'

const numbers: ReadonlySet<string> = new Set(['bigint', 'numeric', 'double precision', 'boolean'])
/** Types that a sink gives to columns; any other is a column of the host's, and stays as it is. */
const own: ReadonlySet<string> = new Set([
  ...numbers,
  'text',
  'bytea',
  'date',
  'time without time zone',
  'timestamp without time zone',
  'timestamp with time zone',
  'jsonb',
])

/**
 * The type that holds the column of a table and that of a file without changing a value. Whole numbers meet floats in
 * double precision when all of them are exact there. A text column takes numbers and booleans as text; the other way round
 * only with `textWins`, for labels, which are numbers in some models and text in others.
 */
export function fitType(table: string, file: string, textWins = false): Fit {
  if (table === file || !own.has(table)) return { type: table }
  const pair = [table, file].sort().join(' + ')
  if (pair === 'bigint + numeric') return { type: 'numeric' }
  if (pair === 'bigint + double precision') return { type: 'double precision', exactIntegers: table === 'bigint' ? 'table' : 'file' }
  if (table === 'text' && numbers.has(file)) return { type: 'text' }
  if (file === 'text' && textWins && numbers.has(table)) return { type: 'text' }
  return 'conflict'
}
