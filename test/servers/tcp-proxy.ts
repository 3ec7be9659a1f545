import { connect, createServer, type Socket } from 'node:net'

/** Where to cut a connection off: when the client says `text`, before the server hears it, or after it has answered, unheard. */
export interface Cut {
  readonly text: string
  readonly when: 'unsent' | 'unanswered'
}

/** Stands between a client and its server, and cuts connections off on demand. */
export interface TcpProxy {
  readonly port: number
  /** How often a connection was cut off. */
  readonly cuts: number
  /** For the next connection that says so; once. */
  cut(cut: Cut): void
  /** Bytes go nowhere any more, and nobody is told. */
  stall(stalled: boolean): void
  close(): Promise<void>
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let next: Cut | undefined
  let stalled = false
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(port, host)
    let hush = false
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      if (stalled) return
      if (next !== undefined && chunk.includes(next.text)) {
        const { when } = next
        next = undefined
        cuts++
        if (when === 'unsent') return end()
        hush = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (stalled) return
      if (hush) return end()
      client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get cuts() {
      return cuts
    },
    cut: (cut) => {
      next = cut
    },
    stall: (is) => {
      stalled = is
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
