/** What tables answer: at once where the database is in this process, later where it is not. */
export type Answer<T> = T | Promise<T>

/**
 * A piece of work on tables, written once for both kinds: it asks by `yield* ask(…)`. Where every answer comes at once
 * nothing is ever yielded, so that it runs from its first line to its last without a turn of the event loop.
 */
export type Work<T> = Generator<Promise<unknown>, T, unknown>

export function* ask<T>(answer: Answer<T>): Work<T> {
  return answer instanceof Promise ? ((yield answer) as T) : answer
}

/** @throws Error the tables answered later, which those of this process never do */
export function runNow<T>(work: Work<T>): T {
  const { done, value } = work.next()
  if (done === true) return value
  throw new Error('A store that answers at once gave a promise.')
}

export async function runLater<T>(work: Work<T>): Promise<T> {
  let step = work.next()
  while (step.done !== true) {
    let answer: unknown
    try {
      answer = await step.value
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next(answer)
  }
  return step.value
}
