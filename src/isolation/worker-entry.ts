import { isMainThread, workerData } from 'node:worker_threads'
import { processChannel } from './far-side/process-channel.js'
import { serve } from './far-side/serve.js'
import { threadChannel } from './far-side/thread-channel.js'
import { FAR_SIDE_WORD } from './far-side-word.js'

let started = false

/**
 * Serves the host that started this thread or process as a far side; does nothing anywhere else. The file
 * `lading/worker` calls it by itself; a bundle's own entry, named by `isolation: { entry }`, calls it once.
 */
export function startFarSide(): void {
  if (started) return
  if (!isMainThread && workerData === FAR_SIDE_WORD) {
    started = true
    serve(threadChannel())
  } else if (isMainThread && process.argv[2] === FAR_SIDE_WORD) {
    started = true
    serve(processChannel())
  }
}

startFarSide()
