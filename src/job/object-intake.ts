import type { ObjectInfo } from '../model/object-info.js'
import { nextTurn } from '../util/abort.js'
import { probe } from '../util/probe.js'
import type { JobContext } from './job-context.js'
import { nameOf } from './selection.js'
import { isStorableKey, skipRule } from './skip-rules.js'

/** The host's event loop is left alone after this much judging of names. */
const LONGEST_TURN_MS = 8

/** Brings objects into the ledger: what is eligible is judged by the rules of skipping, and what is new is stored and told. */
export class ObjectIntake {
  readonly #job: JobContext
  readonly #onFound: () => void
  readonly #notEligible = new Map<string, number>()
  #listed = 0
  #discovered = 0
  #skipped = 0

  /** @param onFound called when something may be claimed */
  constructor(job: JobContext, onFound: () => void) {
    this.#job = job
    this.#onFound = onFound
  }

  get counts() {
    return {
      listed: this.#listed,
      discovered: this.#discovered,
      skipped: this.#skipped,
      notEligible: Object.fromEntries(this.#notEligible),
    }
  }

  /** Looks a page up and stores what is new; returns the keys of what became due. */
  async take(page: readonly ObjectInfo[], signal: AbortSignal): Promise<readonly string[]> {
    const { id, store, events, source, decoders, worker } = this.#job
    await probe('P02', { jobId: id, worker })
    this.#listed += page.length
    const eligible = await this.#eligible(page)
    if (eligible.length === 0) return []
    const unknown = await store.ledger.unknown(id, eligible, { signal })
    if (unknown.length === 0) return []
    const found = unknown.map((object) => {
      const rule = skipRule(object, nameOf(source, object.key), decoders)
      return rule === undefined ? { object } : { object, rule }
    })
    const changed = await store.ledger.discover(id, found, { signal })
    const due: string[] = []
    for (const { entry, previous } of changed) {
      const file: ObjectInfo = { key: entry.key, version: entry.version, size: entry.size, lastModified: entry.sourceTime }
      if (entry.state === 'skipped') {
        this.#skipped++
        events.emit('fileSkipped', { file, rule: entry.rule ?? 'unknown' })
        continue
      }
      due.push(entry.key)
      events.emit('fileDiscovered', { file })
      if (previous !== null) events.emit('fileChanged', { file, previousVersion: previous })
    }
    this.#discovered += due.length
    if (due.length > 0) this.#onFound()
    return due
  }

  async #eligible(page: readonly ObjectInfo[]): Promise<readonly ObjectInfo[]> {
    const { selection } = this.#job
    const eligible: ObjectInfo[] = []
    let turn = performance.now()
    for (const object of page) {
      const why = isStorableKey(object.key) ? selection.leavesOut(object) : 'unstorable_key'
      if (why === undefined) eligible.push(object)
      else this.#notEligible.set(why, (this.#notEligible.get(why) ?? 0) + 1)
      if (performance.now() - turn < LONGEST_TURN_MS) continue
      await nextTurn()
      turn = performance.now()
    }
    return eligible
  }
}
