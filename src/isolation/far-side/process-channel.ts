import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import type { ToFarSide } from '../protocol.js'
import { FrameReader, frameHead } from '../wire/frame.js'
import { ArenaPool } from './arena-pool.js'
import type { FarChannel } from './far-channel.js'

const READ_BYTES = 256 * 1024

/** The line of a child process: one duplex stream on file descriptor 3. When it closes, the process ends. */
export function processChannel(): FarChannel {
  const arenas = new ArenaPool()
  let onMessage: (message: ToFarSide, body: Uint8Array) => void = () => {}
  const limits = { headerBytes: 2 ** 32, bodyBytes: Number.MAX_SAFE_INTEGER }
  const frames = new FrameReader(
    () => limits,
    (header, body) => onMessage(header as ToFarSide, body),
  )
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  // One buffer for all reads: a frame's bytes are copied out of it once.
  const onread: OnReadOpts = {
    buffer,
    callback(bytes) {
      frames.push(buffer.subarray(0, bytes))
      return true
    },
  }
  // The constructor takes `onread` as `connect` does; its types do not say so.
  const socket = new Socket({ fd: 3, readable: true, writable: true, onread } as SocketConstructorOpts)
  // A terminal sends it to the whole group; whether to stop is the host's to say.
  process.on('SIGINT', () => {})
  const leave = (): void => process.exit(0)
  socket.on('error', leave)
  socket.on('end', leave)
  socket.on('close', leave)
  return {
    post(message, body) {
      if (body === undefined) {
        socket.write(frameHead(message, 0))
        return
      }
      const arena = arenas.pack(body)
      socket.cork()
      socket.write(frameHead(message, arena.bytes.length))
      socket.write(arena.bytes, () => arena.release())
      socket.uncork()
    },
    listen(listener) {
      onMessage = listener
    },
    // The host reads the size of a process from the system where it can.
    memory: () => ({ rss: process.memoryUsage.rss(), memory: 0 }),
  }
}
