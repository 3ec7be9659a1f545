import { AsyncLocalStorage } from 'node:async_hooks'

/** One process of the simulation. All that its code ever waits for is a turn or a timer, and these know whose they are. */
export class PlayedProcess {
  readonly name: string
  #state: 'running' | 'frozen' | 'dead' = 'running'

  constructor(name: string) {
    this.name = name
  }

  get runs(): boolean {
    return this.#state === 'running'
  }

  get dead(): boolean {
    return this.#state === 'dead'
  }

  /** Nothing of it happens any more, ever: its calls neither resolve nor reject. */
  kill(): void {
    this.#state = 'dead'
  }

  /** As by SIGSTOP: neither calls nor timers go on, until `thaw`. */
  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen'
  }

  thaw(): void {
    if (this.#state === 'frozen') this.#state = 'running'
  }

  /** Runs code as this process's own: whatever it starts belongs to the process too. */
  run<T>(code: () => T): T {
    return current.run(this, code)
  }
}

const current = new AsyncLocalStorage<PlayedProcess>()

/** Whose code this is; `undefined`: nobody's in the simulation. */
export function playedProcess(): PlayedProcess | undefined {
  return current.getStore()
}
