/** Work on one thing at a time, in the order in which it was asked for; different things do not wait for each other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve()
    const turn = before.then(work, work)
    const ended = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(id, ended)
    try {
      return await turn
    } finally {
      if (this.#last.get(id) === ended) this.#last.delete(id)
    }
  }
}
