import type { FileDecoder } from '../../contracts/file-decoder.js'
import { DecodeError } from '../../errors.js'

/** Base name without a compression suffix, and the compression that the suffix names. */
export function stripCompression(name: string): { readonly name: string; readonly compression: 'gzip' | null } {
  const base = name.slice(name.lastIndexOf('/') + 1)
  return base.toLowerCase().endsWith('.gz') ? { name: base.slice(0, -3), compression: 'gzip' } : { name: base, compression: null }
}

/** Does some decoder read files of this name? `.csv.gz` counts as `.csv`. Others are skipped at listing. */
export function hasKnownExtension(key: string, decoders: readonly FileDecoder[]): boolean {
  return decoderForKey(key, decoders) !== undefined
}

/** The first decoder that has the key's extension, compression apart. */
export function decoderForKey(key: string, decoders: readonly FileDecoder[]): FileDecoder | undefined {
  return decodersForName(stripCompression(key).name, decoders)[0]
}

/**
 * The decoder for a file: one that has its extension, and whose format the first bytes look like.
 *
 * @param name base name or key; a compression suffix is looked through
 * @param head the first bytes of the file, after gunzip
 * @throws DecodeError `FORMAT_MISMATCH` when the content is of another format than the name says, `FORMAT_UNKNOWN` when
 * it is of none, `FORMAT_UNSUPPORTED` for a compressed file of a format that is read by ranges
 */
export function detectFormat(name: string, head: Uint8Array, decoders: readonly FileDecoder[]): FileDecoder {
  const { name: base, compression } = stripCompression(name)
  const named = decodersForName(base, decoders)
  const first = named[0]
  if (first === undefined) {
    throw new DecodeError('FORMAT_UNKNOWN', `No decoder reads files named like "${base}".`, {
      remedy: `Name the file by its format: ${decoders.flatMap(({ extensions }) => extensions).join(', ')}.`,
    })
  }
  const decoder = named.find((candidate) => candidate.matches(base, head))
  if (decoder !== undefined) {
    if (compression !== null && decoder.seeks === true) {
      throw new DecodeError(
        'FORMAT_UNSUPPORTED',
        `"${base}" is compressed as a whole with ${compression}, and ${decoder.format} is read by ranges.`,
        {
          remedy: `Upload the ${decoder.format} file without ${compression}; compress inside it instead.`,
        },
      )
    }
    return decoder
  }
  const other = decoders.find((candidate) => candidate.matches(base, head))
  if (other !== undefined) {
    throw new DecodeError('FORMAT_MISMATCH', `"${base}" is named like ${first.format}, its content looks like ${other.format}.`, {
      remedy: `Give the file the extension of its content (${other.extensions.join(', ')}), or upload the ${first.format} file that was meant.`,
    })
  }
  const foreign = foreignContent(head)
  throw new DecodeError(
    'FORMAT_UNKNOWN',
    `"${base}" is named like ${first.format}, its content is ${foreign?.what ?? 'of no known format'}.`,
    {
      remedy: foreign?.remedy ?? `Upload a file whose content is ${first.format}.`,
    },
  )
}

/** All decoders with the longest extension that the name ends with: `.a.csv` beats `.csv`. */
function decodersForName(base: string, decoders: readonly FileDecoder[]): readonly FileDecoder[] {
  const lower = base.toLowerCase()
  let longest = 1
  let found: FileDecoder[] = []
  for (const decoder of decoders) {
    for (const extension of decoder.extensions) {
      if (extension.length < longest || !lower.endsWith(extension.toLowerCase())) continue
      if (extension.length > longest) found = []
      longest = extension.length
      found.push(decoder)
    }
  }
  return found
}

/** Content that no decoder takes but that people often upload under a wrong name. */
function foreignContent(head: Uint8Array): { readonly what: string; readonly remedy: string } | undefined {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte)
  if (starts(0x1f, 0x8b)) return { what: 'gzip', remedy: 'Add ".gz" to the name.' }
  if (starts(0x50, 0x4b, 0x03, 0x04)) return { what: 'a ZIP archive', remedy: 'Unpack it; a spreadsheet has to be exported as CSV.' }
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return { what: 'Zstandard', remedy: 'Unpack it, or compress it with gzip.' }
  return undefined
}
