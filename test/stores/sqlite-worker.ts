import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { installProbe } from '../../src/util/probe.js'
import { claimOptions, completion, discover, saveJob, signal } from './job-in-store.js'

/** A worker in a process of its own: `claim` all files there are, or `discover` and be killed half-way through a page. */
const [mode = '', path = '', worker = ''] = process.argv.slice(2)
const store = sqliteStore(path)
await saveJob(store)

if (mode === 'discover') {
  installProbe((point) => {
    if (point === 'P03') process.kill(process.pid, 'SIGKILL')
  })
  await discover(store, 0, 500)
}

if (mode === 'claim') {
  process.stdout.write('ready\n')
  const keys: string[] = []
  for (;;) {
    const { claims } = await store.ledger.claim('job', claimOptions({ worker, limit: 3 }))
    for (const claim of claims) {
      if (await store.ledger.finish(claim, completion(claim), { signal })) keys.push(claim.entry.key)
    }
    const { files } = await store.ledger.tally('job', { signal })
    if (files.imported === 200) break
    if (claims.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  process.stdout.write(`${JSON.stringify(keys)}\n`)
}
await store.close?.()
