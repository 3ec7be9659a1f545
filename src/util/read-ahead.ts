/**
 * Pulls up to `ahead` elements before they are asked for, in order. An error comes after the elements before it.
 * Returning early returns the source too.
 */
export async function* readAhead<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const pulled: Promise<IteratorResult<T>>[] = []
  let tail: Promise<unknown> = Promise.resolve()
  let finished = false
  const pull = (): void => {
    // One call of `next` at a time: generators queue them, other iterators need not.
    const next = tail.then(() => (finished ? ({ done: true, value: undefined } as const) : iterator.next()))
    next.catch(() => {
      finished = true
    })
    tail = next.then((result) => {
      if (result.done === true) finished = true
    })
    tail.catch(() => {})
    pulled.push(next)
  }
  try {
    for (let i = 0; i <= ahead; i++) pull()
    for (;;) {
      const result = await (pulled.shift() as Promise<IteratorResult<T>>)
      if (result.done === true) return
      if (!finished) pull()
      else if (pulled.length === 0) return
      yield result.value
    }
  } finally {
    if (!finished) {
      finished = true
      await Promise.allSettled(pulled)
      await iterator.return?.()
    }
  }
}
