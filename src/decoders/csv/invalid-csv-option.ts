import { ConfigError } from '../../errors.js'

export function invalidCsvOption(what: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `csvDecoder: ${what}`, { remedy })
}
