import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where the far side that tests run is built to: inside the project, so that its packages are found. */
export const workerFolder = fileURLToPath(new URL('../../.cache/far-side/', import.meta.url))
export const workerUrl = pathToFileURL(`${workerFolder}worker.js`).href
