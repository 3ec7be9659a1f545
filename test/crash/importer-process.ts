import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ImporterLine, ImporterPlan } from './importer-plan.js'

/** Longest life of an importer. */
const PATIENCE_MS = 180_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** An importer at work in a process of its own. */
export class ImporterProcess {
  readonly lines: ImporterLine[] = []
  readonly exited: Promise<Exit>
  readonly #child: ChildProcess
  #stderr = ''
  #onLine: () => void = () => {}

  constructor(program: string, plan: ImporterPlan) {
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    const output = createInterface(child.stdout)
    output.on('line', (line) => {
      this.lines.push(JSON.parse(line) as ImporterLine)
      this.#onLine()
    })
    const closed = once(output, 'close')
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    this.exited = once(child, 'exit').then(async ([code, signal]) => {
      clearTimeout(timer)
      await closed
      this.#onLine()
      return { code, signal } as Exit
    })
  }

  /** Resolves once a fault of this kind has struck so often; rejects when the process ends before. */
  async struck(act: string, times = 1): Promise<void> {
    let gone = false
    void this.exited.then(() => {
      gone = true
    })
    while (this.hits.filter((hit) => hit.act === act).length < times) {
      if (gone) throw new Error(`the importer ended before it was hit (${act})\n${this.trouble}`)
      await new Promise<void>((resolve) => {
        this.#onLine = resolve
        if (gone) resolve()
      })
    }
  }

  /** Lets the successor begin. */
  go(): void {
    this.#child.stdin?.write('go\n')
  }

  /** Wakes a stopped process. */
  wake(): void {
    this.#child.kill('SIGCONT')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Ends well, or throws what it said. */
  async ended(): Promise<void> {
    const { code, signal } = await this.exited
    if (code !== 0) throw new Error(`the importer ended with ${signal ?? code}\n${this.trouble}`)
  }

  get hits() {
    return this.lines.filter((line) => line.is === 'hit')
  }

  get trouble(): string {
    return `${this.#stderr}\n${this.lines.map((line) => JSON.stringify(line)).join('\n')}`
  }
}
