import type { BuiltJob } from './built-job.js'

interface Part {
  close?(): Promise<void>
}

/** Sources and sinks of the jobs that are alive here. A host may give one sink to many jobs: it is closed with the last. */
export class SharedParts {
  readonly #users = new Map<Part, Set<BuiltJob>>()

  take(built: BuiltJob): void {
    for (const part of partsOf(built)) {
      const users = this.#users.get(part) ?? new Set()
      this.#users.set(part, users.add(built))
    }
  }

  /** Closes what nobody else uses. Called again it does nothing. */
  async release(built: BuiltJob): Promise<void> {
    const unused = partsOf(built).filter((part) => {
      const users = this.#users.get(part)
      if (users?.delete(built) !== true || users.size > 0) return false
      return this.#users.delete(part)
    })
    // What closing throws can change nothing: the job has ended.
    await Promise.allSettled(unused.map(async (part) => await part.close?.()))
  }
}

function partsOf({ seam }: BuiltJob): readonly Part[] {
  const { source, sink, rejects } = seam.context
  return [...new Set<Part>([source, sink, ...(rejects === undefined || rejects === null ? [] : [rejects])])]
}
