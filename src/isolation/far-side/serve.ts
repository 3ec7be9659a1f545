import { PROTOCOL } from '../protocol.js'
import type { FarChannel } from './far-channel.js'
import { ServedFile } from './served-file.js'

/** Serves one file after the other, for as long as the line holds. */
export function serve(channel: FarChannel): void {
  let file: ServedFile | null = null
  channel.listen((message, body) => {
    if (message.t === 'open') {
      file = new ServedFile(channel, message)
      void file.run()
    } else file?.take(message, body)
  })
  channel.post({ t: 'ready', protocol: PROTOCOL })
}
