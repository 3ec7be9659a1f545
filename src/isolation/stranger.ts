import { DecodeError, ImportError, MappingError } from '../errors.js'

/** Runs a part of a decoder. A stranger's may throw anything; what it throws becomes `DECODER_FAILED`. */
export async function decoding<T>(format: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ImportError || (error instanceof Error && error.name === 'AbortError')) throw error
    throw new DecodeError('DECODER_FAILED', `The ${format} decoder failed on "${name}".`, {
      cause: error,
      remedy: 'This is a fault of the decoder, not of the file: report it with the file. The file is tried no further.',
    })
  }
}

/** Runs a part of a mapper: what it throws becomes `MAPPER_FAILED`. */
export function mapping<T>(work: () => T, firstRow?: number): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ImportError) throw error
    const where = firstRow === undefined ? '' : ` in the batch that starts at row ${firstRow}`
    throw new MappingError('MAPPER_FAILED', `The mapper threw${where}.`, {
      cause: error,
      location: { row: firstRow },
      remedy: 'Mend the mapper, so that it rejects rows instead of throwing; then retry the file.',
    })
  }
}
