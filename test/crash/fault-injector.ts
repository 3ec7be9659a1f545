import { installProbe, type ProbePlace, type ProbePoint } from '../../src/util/probe.js'
import type { PlannedFault, PlannedWorker } from './importer-plan.js'

interface Told {
  readonly fault: PlannedFault
  readonly key: string | null
}

/** Injects the planned faults of the first worker of this process. Other workers pass all probes. */
export class FaultInjector {
  readonly #worker: string
  readonly #faults: PlannedFault[]
  readonly #tell: (told: Told) => void
  /** Sinks and stores know no worker; the claim tells whose fence it is. */
  readonly #owners = new Map<number, string>()
  #hits = 0
  #release: (() => void) | undefined
  #held: Promise<void> | undefined
  #onHeld: () => void = () => {}
  /** Resolves when the worker is held. */
  readonly held: Promise<void>

  constructor({ id, faults }: PlannedWorker, tell: (told: Told) => void) {
    this.#worker = id
    this.#faults = [...faults]
    this.#tell = tell
    this.held = new Promise((resolve) => {
      this.#onHeld = resolve
    })
    installProbe((point, place) => this.#at(point, place))
  }

  release(): void {
    this.#held = undefined
    this.#release?.()
  }

  #at(point: ProbePoint, place: ProbePlace): Promise<void> | void {
    if (place.worker !== undefined && place.fence !== undefined) this.#owners.set(place.fence, place.worker)
    const worker = place.worker ?? (place.fence === undefined ? undefined : this.#owners.get(place.fence))
    if (worker !== undefined && !worker.startsWith(`${this.#worker}/`)) return
    // A frozen process does nothing anywhere: neither for its other files nor for its leases.
    if (this.#held !== undefined) return this.#held
    const [fault] = this.#faults
    if (fault?.point !== point || ++this.#hits < fault.nth) return
    this.#faults.shift()
    this.#hits = 0
    this.#tell({ fault, key: place.key ?? null })
    return this.#strike(fault)
  }

  #strike({ act, point }: PlannedFault): Promise<void> | void {
    switch (act) {
      case 'kill':
        process.kill(process.pid, 'SIGKILL')
        return new Promise(() => {})
      case 'stop':
        process.kill(process.pid, 'SIGSTOP')
        return
      case 'hold':
        this.#held = new Promise((resolve) => {
          this.#release = resolve
        })
        this.#onHeld()
        return this.#held
      case 'throw':
        throw new Error(`injected at ${point}`)
    }
  }
}
