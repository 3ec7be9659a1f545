/** How a file stores a column. */
export type StoredType = 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'INTEGER'

/** One column of the bench's files, and where it stands on a record. */
export interface BenchColumn {
  /** In the file. */
  readonly name: string
  readonly type: StoredType
  /** `seconds`: the epoch seconds of the timestamp. */
  readonly kind: 'text' | 'number' | 'seconds'
  /** Key of the record, and for features and tags the name below it. */
  readonly path: readonly [key: string, name?: string]
  /** DuckDB expression over the row number `i`: the same rows each time. */
  readonly sql: string
}

/** A whole number from 0 to `n` - 1, of the row and the column. */
const pick = (salt: number, n: number): string => `(hash(i, ${salt}) % ${n})`
const oneOf = (salt: number, words: readonly string[]): string =>
  `[${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ')}][1 + ${pick(salt, words.length)}::INTEGER]`
const shortDecimal = (salt: number, most: number): string => `(1 + ${pick(salt, most * 100)}) / 100.0::DOUBLE`
const fullDouble = (salt: number): string => `hash(i, ${salt}) / 18446744073709551616.0::DOUBLE`

const products = (first: readonly string[], second: readonly string[]): string[] => first.flatMap((a) => second.map((b) => `${a}${b}`))
const numbered = (word: string, count: number): string[] => Array.from({ length: count }, (_, k) => `${word}-${k + 1}`)

const cities = [
  ...products(
    ['North', 'South', 'East', 'West', 'New ', 'Old ', 'Upper ', 'Lower ', 'Port ', 'Lake '],
    [
      'ham',
      'field',
      'Dorado',
      'Bridge',
      'ford',
      'haven',
      'Hills',
      'gate',
      'minster',
      'Grove',
      'mouth',
      'Crossing',
      'stead',
      'Vale',
      'wick',
      'bury',
    ],
  ),
  ...['São Paulo', 'Zürich', 'Kraków', 'İzmir', '東京', 'Córdoba', 'Málaga', 'Århus', 'Łódź', 'Québec'],
]
const quotedCities = ['Washington, DC', 'Portland, OR', 'Paris, Texas', 'The "Old" Town', 'Springfield, IL', 'Rome, Georgia']

const feature = (name: string, type: StoredType, sql: string): BenchColumn => ({
  name: `feature_${name}`,
  type,
  kind: type === 'VARCHAR' ? 'text' : 'number',
  path: ['features', name],
  sql,
})
const tag = (name: string, sql: string): BenchColumn => ({ name: `tag_${name}`, type: 'VARCHAR', kind: 'text', path: ['tags', name], sql })

/**
 * The 35 columns of every bench file. Of 1,000 rows one has no id and one a timestamp in milliseconds: both are to be
 * rejected. `feature_idle_hours` is null in 3 % of the rows, `feature_city` in 2 %, and quoted in CSV in 5 %.
 */
export const benchColumns: readonly BenchColumn[] = [
  {
    name: 'id',
    type: 'VARCHAR',
    kind: 'text',
    path: ['prediction_id'],
    sql: `CASE WHEN i % 1000 = 499 THEN NULL ELSE
      format('{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x}', i, ${pick(1, 65536)}, ${pick(2, 4096)}, ${pick(3, 4096)}, ${pick(4, 2 ** 48)}) END`,
  },
  {
    name: 'ts',
    type: 'BIGINT',
    kind: 'seconds',
    path: ['timestamp'],
    sql: `(1770000000 + ${pick(5, 7_776_000)}::BIGINT) * (CASE WHEN i % 1000 = 899 THEN 1000 ELSE 1 END)`,
  },
  { name: 'label', type: 'VARCHAR', kind: 'text', path: ['prediction_label'], sql: oneOf(6, ['legit', 'fraud', 'review']) },
  { name: 'score', type: 'DOUBLE', kind: 'number', path: ['prediction_score'], sql: `(1 + ${pick(7, 999_998)}) / 1000000.0::DOUBLE` },
  { name: 'actual', type: 'VARCHAR', kind: 'text', path: ['actual_label'], sql: oneOf(8, ['legit', 'fraud']) },

  feature('amount', 'DOUBLE', shortDecimal(10, 5_000)),
  feature('balance', 'DOUBLE', shortDecimal(11, 90_000)),
  feature('credit_limit', 'DOUBLE', shortDecimal(12, 20_000)),
  feature('basket', 'DOUBLE', shortDecimal(13, 800)),
  feature('distance_km', 'DOUBLE', shortDecimal(14, 12_000)),
  feature('temperature', 'DOUBLE', shortDecimal(15, 40)),
  feature('discount', 'DOUBLE', shortDecimal(16, 60)),
  feature('shipping', 'DOUBLE', shortDecimal(17, 120)),
  feature('latent_a', 'DOUBLE', fullDouble(20)),
  feature('latent_b', 'DOUBLE', fullDouble(21)),
  feature('latent_c', 'DOUBLE', fullDouble(22)),
  feature('latent_d', 'DOUBLE', fullDouble(23)),
  feature('account', 'BIGINT', `(100000000000 + ${pick(24, 9e11)})::BIGINT`),
  feature('device_number', 'BIGINT', `(1 + ${pick(25, 9e9)})::BIGINT`),
  feature('age', 'INTEGER', `(18 + ${pick(26, 70)})::INTEGER`),
  feature('visits', 'INTEGER', `${pick(27, 500)}::INTEGER`),
  feature('clicks', 'INTEGER', `${pick(28, 20_000)}::INTEGER`),
  feature('items', 'INTEGER', `${pick(29, 30)}::INTEGER`),
  feature('utc_offset', 'INTEGER', `(${pick(30, 27)}::INTEGER - 12) * 60 + 7`),
  feature('idle_hours', 'DOUBLE', `CASE WHEN ${pick(31, 100)} < 3 THEN NULL ELSE ${shortDecimal(32, 900)} END`),

  feature('country', 'VARCHAR', oneOf(40, products(['A', 'B', 'C', 'D', 'E'], ['L', 'N', 'R', 'S', 'T', 'U', 'X', 'Z']))),
  feature(
    'city',
    'VARCHAR',
    `CASE WHEN ${pick(41, 100)} < 2 THEN NULL WHEN ${pick(42, 100)} < 5 THEN ${oneOf(43, quotedCities)} ELSE ${oneOf(44, cities)} END`,
  ),
  feature('device', 'VARCHAR', oneOf(45, ['phone', 'tablet', 'laptop', 'desktop', 'television', 'watch', 'console', 'other'])),
  feature('browser', 'VARCHAR', oneOf(46, numbered('ua', 12))),
  feature('channel', 'VARCHAR', oneOf(47, ['web', 'app', 'store', 'phone', 'partner', 'mail'])),
  feature('segment', 'VARCHAR', oneOf(48, numbered('seg', 25))),
  feature('merchant', 'VARCHAR', oneOf(49, numbered('shop', 120))),
  feature('plan', 'VARCHAR', oneOf(50, ['free', 'basic', 'family', 'business'])),

  tag('region', oneOf(60, ['eu-north', 'eu-south', 'us-east', 'us-west', 'ap-east', 'ap-south'])),
  tag('release', oneOf(61, numbered('2025.4', 16))),
]

/** A list of 32 floats, in the files of the embedding cases alone. */
export const vectorColumn = {
  name: 'vector',
  size: 32,
  sql: `list_transform(range(32), lambda k: ((1 + (hash(i, 100 + k) % 1999998)) / 1000000.0 - 1)::FLOAT)`,
} as const

/** Rows per 1,000 that every case must reject. */
export const rejectedPerThousand = 2

/** Rows of the files whose timestamps are in milliseconds are outside of this window, all others inside, for decades. */
export const windowYears = 50
