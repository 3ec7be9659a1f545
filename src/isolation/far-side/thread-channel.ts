import { type MessagePort, parentPort } from 'node:worker_threads'
import type { ToFarSide } from '../protocol.js'
import type { FarChannel } from './far-channel.js'

/** The line of a worker thread. Bodies are transferred: packed once, and no other memory with them. */
export function threadChannel(): FarChannel {
  if (parentPort === null) throw new Error('A thread channel works in a worker thread alone.')
  const port: MessagePort = parentPort
  // Nobody reads them: what a part prints would pile up.
  for (const stream of [process.stdout, process.stderr]) stream.write = () => true
  return {
    post(message, body) {
      if (body === undefined) port.postMessage({ header: message, body: null })
      else {
        const packed = body.pack((size) => new Uint8Array(size))
        port.postMessage({ header: message, body: packed }, [packed.buffer as ArrayBuffer])
      }
    },
    listen(listener) {
      port.on('message', ({ header, body }: { header: ToFarSide; body: Uint8Array | null }) => listener(header, body ?? new Uint8Array(0)))
    },
    memory() {
      const { rss, heapUsed, external } = process.memoryUsage()
      // `rss` is the whole process's; these two are the thread's own.
      return { rss, memory: heapUsed + external }
    },
  }
}
