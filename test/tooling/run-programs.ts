import { pathToFileURL } from 'node:url'

/** Runs programs one after the other in this process, each after a line with its path: most of a small one is its start. */
for (const path of process.argv.slice(2)) {
  console.log(`=== ${path}`)
  await import(pathToFileURL(path).href)
}
