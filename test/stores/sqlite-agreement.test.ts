import { expect, test } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { agree } from './store-agreement.js'

test('memory and SQLite answer every sequence of commands alike', async () => {
  const reached = await agree(200, async (now) => sqliteStore(':memory:', { now }))
  expect(reached).toEqual([
    'claimed',
    'complete',
    'fail',
    'failed',
    'imported',
    'lost',
    'open',
    'pending',
    'release',
    'retry',
    'skip',
    'skipped',
  ])
})
