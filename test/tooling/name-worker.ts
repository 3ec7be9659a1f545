import { workerUrl } from './worker-file.js'

// The same word as `host/worker-location.ts`.
;(globalThis as { [key: symbol]: string })[Symbol.for('lading.workerEntry')] = workerUrl
