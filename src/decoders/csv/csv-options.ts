import { ConfigError } from '../../errors.js'

/** How cells are told apart. Nothing is sniffed: another dialect is said here. */
export interface CsvOptions {
  /** Between cells: one ASCII character. @defaultValue `,` */
  readonly delimiter?: string | undefined
  /** Around cells that hold a delimiter, a line end or a quote, which is doubled: one ASCII character. @defaultValue `"` */
  readonly quote?: string | undefined
}

export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
}

/** @throws ConfigError `CONFIG_INVALID` */
export function csvDialect({ delimiter = ',', quote = '"' }: CsvOptions = {}): CsvDialect {
  for (const [name, value] of Object.entries({ delimiter, quote })) {
    const code = value.charCodeAt(0)
    if (value.length !== 1 || code === 0 || code > 127 || code === 10 || code === 13) {
      throw new ConfigError('CONFIG_INVALID', `csvDecoder: "${name}" has to be one ASCII character other than a line end.`, {
        remedy: `Give a single character, for example { ${name}: ${name === 'quote' ? `'"'` : "';'"} }.`,
      })
    }
  }
  if (delimiter === quote) {
    throw new ConfigError('CONFIG_INVALID', 'csvDecoder: "delimiter" and "quote" are the same character.', {
      remedy: 'Give two different characters.',
    })
  }
  return { delimiter, quote }
}
