import { FalseFrame } from './claims.js'

const MAGIC = 0x3144_414c
const PREFIX_BYTES = 16
/** A body up to this size is allocated when it is announced; a larger one only as fast as its bytes come. */
const TRUSTED_BYTES = 8 * 1024 * 1024

/** Prefix and header of one frame: magic, header bytes, body bytes (low and high word), then JSON. The body follows. */
export function frameHead(header: object, bodyBytes: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(header))
  const head = Buffer.allocUnsafeSlow(PREFIX_BYTES + json.length)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt32LE(json.length, 4)
  head.writeUInt32LE(bodyBytes >>> 0, 8)
  head.writeUInt32LE(Math.floor(bodyBytes / 2 ** 32), 12)
  head.set(json, PREFIX_BYTES)
  return head
}

export interface FrameLimits {
  readonly headerBytes: number
  readonly bodyBytes: number
}

/** Puts a byte stream together into frames. Sizes are judged before anything of that size is held. */
export class FrameReader {
  readonly #limits: () => FrameLimits
  readonly #onFrame: (header: unknown, body: Uint8Array) => void
  readonly #prefix = new Uint8Array(PREFIX_BYTES)
  #header: Uint8Array | null = null
  #body = new Uint8Array(0)
  #bodyBytes = 0
  #filled = 0
  #stage: 'prefix' | 'header' | 'body' = 'prefix'
  #parsed: unknown

  /** @param limits asked at every frame: they depend on the file that is open */
  constructor(limits: () => FrameLimits, onFrame: (header: unknown, body: Uint8Array) => void) {
    this.#limits = limits
    this.#onFrame = onFrame
  }

  /** Is a frame begun and not ended? */
  get within(): boolean {
    return this.#stage !== 'prefix' || this.#filled > 0
  }

  /** @throws FalseFrame, after which the reader is of no more use */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const [target, wanted] = this.#target()
      const take = Math.min(chunk.length - at, Math.min(wanted, target.length) - this.#filled)
      target.set(at === 0 && take === chunk.length ? chunk : chunk.subarray(at, at + take), this.#filled)
      this.#filled += take
      at += take
      if (this.#filled === wanted) this.#next()
    }
  }

  #target(): readonly [Uint8Array, number] {
    if (this.#stage === 'prefix') return [this.#prefix, PREFIX_BYTES]
    if (this.#stage === 'header' && this.#header !== null) return [this.#header, this.#header.length]
    if (this.#filled === this.#body.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#bodyBytes, 2 * this.#body.length))
      grown.set(this.#body)
      this.#body = grown
    }
    return [this.#body, this.#bodyBytes]
  }

  #next(): void {
    this.#filled = 0
    if (this.#stage === 'prefix') this.#readPrefix()
    else if (this.#stage === 'header') {
      this.#parsed = parse(this.#header as Uint8Array)
      this.#header = null
      if (this.#bodyBytes === 0) this.#emit()
      else {
        this.#stage = 'body'
        this.#body = Buffer.allocUnsafeSlow(Math.min(this.#bodyBytes, TRUSTED_BYTES))
      }
    } else this.#emit()
  }

  #readPrefix(): void {
    const view = new DataView(this.#prefix.buffer)
    if (view.getUint32(0, true) !== MAGIC) throw new FalseFrame('a frame begins with other bytes than frames do')
    const headerBytes = view.getUint32(4, true)
    const bodyBytes = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32
    const limits = this.#limits()
    if (headerBytes === 0 || headerBytes > limits.headerBytes) throw new FalseFrame(`a header of ${headerBytes} bytes is announced`)
    if (bodyBytes > limits.bodyBytes) throw new FalseFrame(`a body of ${bodyBytes} bytes is announced`)
    this.#header = new Uint8Array(headerBytes)
    this.#bodyBytes = bodyBytes
    this.#stage = 'header'
  }

  #emit(): void {
    const body = this.#body
    this.#body = new Uint8Array(0)
    this.#stage = 'prefix'
    this.#onFrame(this.#parsed, body)
  }
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'))
  } catch (error) {
    throw new FalseFrame('a header is no JSON', { cause: error })
  }
}
