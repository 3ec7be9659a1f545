import { expect, test } from 'vitest'
import { CommitTurns } from '../../../src/sinks/duckdb/commit-turns.js'

const { signal } = new AbortController()

function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

test('one after another, in order, also after a failure', async () => {
  const turns = new CommitTurns(10_000)
  const log: string[] = []
  const first = gate()
  const works = [
    turns.inTurn(signal, async () => {
      log.push('a')
      await first.passed
      log.push('a done')
      throw new Error('a')
    }),
    turns.inTurn(signal, async () => log.push('b')),
    turns.inTurn(signal, async () => log.push('c')),
  ]
  await new Promise(setImmediate)
  expect(log).toEqual(['a'])
  first.open()
  await Promise.allSettled(works)
  expect(log).toEqual(['a', 'a done', 'b', 'c'])
})

test('who has waited long enough goes ahead; turns go on as before', async () => {
  const turns = new CommitTurns(1)
  const stuck = gate()
  const hanging = turns.inTurn(signal, () => stuck.passed)
  expect(await turns.inTurn(signal, async () => 'ahead')).toBe('ahead')
  stuck.open()
  await hanging
  expect(await turns.inTurn(signal, async () => 'next')).toBe('next')
})

test('an abort ends the waiting, and its place is given back', async () => {
  const turns = new CommitTurns(10_000)
  const stuck = gate()
  const hanging = turns.inTurn(signal, () => stuck.passed)
  const controller = new AbortController()
  const waiting = turns.inTurn(controller.signal, async () => 'never')
  controller.abort(new Error('lease lost'))
  await expect(waiting).rejects.toThrow('lease lost')
  stuck.open()
  await hanging
  expect(await turns.inTurn(signal, async () => 'next')).toBe('next')
})
