import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Ends a child when this process is gone, however it went. A child ends by itself when its line closes, unless it is in
 * a loop that never looks; a shell that waits for the end of its input has nothing else to do. Where there is no shell,
 * such a child goes on until it is found.
 */
export function reapWithHost(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) return
  // A word means that the child has ended; the end of input without one, that the host has.
  const shell = spawn('/bin/sh', ['-c', 'read -r word || kill -9 "$0"', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    // In a session of its own, so that no signal of a terminal ends it.
    detached: true,
  })
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  ;(shell.stdin as unknown as Socket).unref()
  child.once('exit', () => shell.stdin.end('ended\n'))
}
