import { type ChildProcess, fork } from 'node:child_process'

/** How work sent to a child ended: with its answer, or with the child. */
export type Ending<A> = { readonly answer: A } | { readonly death: string }

export interface PoolOptions {
  /** Of one piece of work; after it the child is killed. */
  readonly deadlineMs: number
  readonly children?: number
  /** A new child for each piece of work, so that its memory is its own. */
  readonly fresh?: boolean
  readonly execArgv?: readonly string[]
}

/** Gives each piece of work to a child, one at a time, in a few children; one that dies is replaced and its death is the ending. */
export async function runInChildren<W extends object, A>(
  program: string,
  work: readonly W[],
  { deadlineMs, children = 2, fresh = false, execArgv = [] }: PoolOptions,
): Promise<readonly Ending<A>[]> {
  const endings: Ending<A>[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    let child: Child | null = null
    for (let at = next++; at < work.length; at = next++) {
      child ??= await Child.start(program, execArgv)
      endings[at] = await child.run<A>(work[at] as W, deadlineMs)
      if (fresh || 'death' in (endings[at] as Ending<A>)) {
        await child.end()
        child = null
      }
    }
    await child?.end()
  }
  await Promise.all(Array.from({ length: children }, worker))
  return endings
}

class Child {
  readonly #process: ChildProcess
  readonly #exited: Promise<string>
  #stderr = ''

  private constructor(program: string, execArgv: readonly string[]) {
    this.#process = fork(program, { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000)
    })
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve(`${signal ?? `exit ${code}`} ${this.#stderr.trim().slice(0, 600)}`.trim()))
    })
  }

  static async start(program: string, execArgv: readonly string[]): Promise<Child> {
    const child = new Child(program, execArgv)
    const ready = new Promise<null>((resolve) => child.#process.once('message', () => resolve(null)))
    const early = await Promise.race([ready, child.#exited])
    if (early !== null) throw new Error(`The program did not start: ${early}`)
    return child
  }

  async run<A>(work: object, deadlineMs: number): Promise<Ending<A>> {
    const answered = new Promise<Ending<A>>((resolve) => this.#process.once('message', (answer) => resolve({ answer: answer as A })))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Ending<A>>((resolve) => {
      timer = setTimeout(() => resolve({ death: `no answer within ${deadlineMs} ms` }), deadlineMs)
    })
    const died = this.#exited.then((death) => ({ death }))
    this.#process.send(work)
    try {
      return await Promise.race([answered, died, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }
}
