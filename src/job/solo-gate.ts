/**
 * Files in flight in this process, over all jobs. A suspect (a file whose worker died once) runs alone in its process,
 * so that no bystander is convicted with it: while one waits or runs, nobody claims.
 */
export class SoloGate {
  #running = 0
  #wanted = 0
  #solo = false
  readonly #waiting = new Set<() => void>()

  /** May files be claimed now? `asSuspect`: by a job that waits for its suspect's turn. */
  mayClaim(asSuspect: boolean): boolean {
    if (this.#solo) return false
    return asSuspect ? this.#running === 0 : this.#wanted === 0
  }

  /** Counts a file in flight; resolves to what ends it. */
  enter(solo: boolean): () => void {
    this.#running++
    if (solo) this.#solo = true
    return () => {
      this.#running--
      if (solo) this.#solo = false
      this.#tell()
    }
  }

  /** A suspect waits: keeps all jobs from claiming until the returned function is called. */
  want(): () => void {
    this.#wanted++
    return () => {
      this.#wanted--
      this.#tell()
    }
  }

  get running(): number {
    return this.#running
  }

  /** Calls back whenever something ends, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#waiting.add(listener)
    return () => this.#waiting.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#waiting) listener()
  }
}

const gates = new WeakMap<object, SoloGate>()

/** The one gate of a process. */
export function soloGateOf(process: object): SoloGate {
  const gate = gates.get(process) ?? new SoloGate()
  gates.set(process, gate)
  return gate
}
