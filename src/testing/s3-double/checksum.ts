import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ServiceError } from './service-error.js'

type Headers = Readonly<Record<string, string>>

const castagnoli = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

function crc32c(bytes: Uint8Array): number {
  let value = -1
  for (const byte of bytes) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0)
  return ~value >>> 0
}

function base64OfWord(word: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(word)
  return bytes.toString('base64')
}

const algorithms: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'x-amz-checksum-crc32': (bytes) => base64OfWord(crc32(bytes)),
  'x-amz-checksum-crc32c': (bytes) => base64OfWord(crc32c(bytes)),
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest('base64'),
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest('base64'),
}

/** The CRC32 header of these bytes, as the SDK sends it by default. */
export function crc32Header(bytes: Uint8Array): Record<string, string> {
  return { 'x-amz-checksum-crc32': base64OfWord(crc32(bytes)) }
}

/** Compares every checksum that came with the bytes, and gives back those that S3 keeps. Throws `BadDigest`. */
export function verifyChecksums(headers: Headers, bytes: Uint8Array): Record<string, string> {
  const md5 = headers['content-md5']
  if (md5 !== undefined && md5 !== createHash('md5').update(bytes).digest('base64')) {
    throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-checksum-') || name === 'x-amz-checksum-type') continue
    const compute = algorithms[name]
    if (compute === undefined) throw new ServiceError('NotImplemented', `This double cannot verify ${name}.`)
    if (compute(bytes) !== value) {
      throw new ServiceError('BadDigest', `The ${name} you specified did not match the calculated checksum.`)
    }
    kept[name] = value
  }
  return kept
}
