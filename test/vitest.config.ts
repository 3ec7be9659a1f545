import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^lading$/, replacement: `${root}src/index.ts` },
      { find: /^lading\/(.*)$/, replacement: `${root}src/entries/$1.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Many tests wait for processes and servers: one worker per core, not one less.
    maxWorkers: availableParallelism(),
    globalSetup: [`${root}test/tooling/build-worker.ts`],
    setupFiles: [`${root}test/tooling/name-worker.ts`],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
})
