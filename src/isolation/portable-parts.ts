import type { FileDecoder } from '../contracts/file-decoder.js'
import { ConfigError } from '../errors.js'

/** The module name by which built-in parts call themselves portable: the far side has them with itself. */
export const WORKER_MODULE = 'lading/worker'

const MOST_OPTION_CHARACTERS = 1024 * 1024

/**
 * Can this decoder be made on a far side?
 *
 * @throws ConfigError `CONFIG_INVALID` when it does not say how, or with more than 1 MiB of options
 */
export function checkPortable({ format, portable }: FileDecoder): void {
  if (portable === undefined) {
    throw new ConfigError('CONFIG_INVALID', `The decoder for ${format} has no \`portable\`, so it cannot decode outside this process.`, {
      remedy: "Give it `portable: { module, export, options }`; or set isolation: 'inline' if every file is to be trusted.",
    })
  }
  if (JSON.stringify(portable.options).length > MOST_OPTION_CHARACTERS) {
    throw new ConfigError('CONFIG_INVALID', `\`portable.options\` of the decoder for ${format} are larger than 1 MiB of JSON.`, {
      remedy: 'Keep options small: they travel with every file.',
    })
  }
}
