/** A compiled pattern over names with `/` between their steps. */
export interface Glob {
  /** What every matching name starts with. */
  readonly head: string
  matches(name: string): boolean
}

/** Characters of one pattern. */
const MOST_CHARACTERS = 512
const DEEPEST = 8

type Test = (character: number) => boolean
type Part =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'any'; readonly test: Test }
  | { readonly kind: 'steps' }
  | { readonly kind: 'choice'; readonly of: readonly (readonly Part[])[] }

const SLASH = 0x2f
const anything: Test = () => true
const withinStep: Test = (character) => character !== SLASH

/** Why a pattern is none, in words. */
export class GlobProblem extends Error {}

/**
 * Compiles a glob: `*` and `?` within a step, `**` over steps (`**` and a slash: any number of whole steps, also none),
 * `[a-z]`, `[!a-z]`, `{a,b}`, `\` before a character that is meant as it is. It has to match a name as a whole.
 *
 * A pattern without a slash is compared with the last step alone, at any depth; a slash in front ties it to the first. A slash at
 * the end stands for everything below.
 *
 * All branches are followed at once, so that the time is bounded by the lengths of name and pattern multiplied, whatever they are.
 *
 * @throws GlobProblem
 */
export function compileGlob(pattern: string): Glob {
  if (pattern === '') throw new GlobProblem('is empty')
  if (pattern.length > MOST_CHARACTERS) throw new GlobProblem(`is longer than ${MOST_CHARACTERS} characters`)
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern
  if (anchored === '' || anchored.startsWith('/')) throw new GlobProblem('names no step after its slash')
  const ofName = !pattern.includes('/')
  const { states, first } = machine(new GlobParser(anchored.endsWith('/') ? `${anchored}**` : anchored).parse())
  return {
    head: ofName ? '' : headOf(anchored),
    matches: (name) => run(states, first, ofName ? name.slice(name.lastIndexOf('/') + 1) : name),
  }
}

/** The text before the first character that stands for others. */
function headOf(pattern: string): string {
  let head = ''
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string
    if ('*?[{'.includes(character)) return head
    head += character === '\\' ? (pattern[++i] ?? '') : character
  }
  return head
}

class GlobParser {
  readonly #characters: readonly string[]
  #at = 0

  constructor(pattern: string) {
    this.#characters = [...pattern]
  }

  parse(): Part[] {
    return this.#sequence(0)
  }

  /** Up to the end or, within braces, up to the comma or brace that ends this branch. */
  #sequence(depth: number): Part[] {
    const parts: Part[] = []
    for (;;) {
      const character = this.#characters[this.#at]
      if (character === undefined) {
        if (depth > 0) throw new GlobProblem('has a "{" without its "}"')
        return parts
      }
      if (depth > 0 && (character === ',' || character === '}')) return parts
      const before = this.#characters[this.#at - 1]
      this.#at++
      if (character === '*') parts.push(this.#stars(before === undefined || before === '/'))
      else if (character === '?') parts.push({ kind: 'one', test: withinStep })
      else if (character === '[') parts.push({ kind: 'one', test: this.#set() })
      else if (character === '{') parts.push(this.#choice(depth + 1))
      else parts.push(literal(character === '\\' ? this.#escaped() : character))
    }
  }

  #stars(startsStep: boolean): Part {
    let stars = 1
    while (this.#characters[this.#at] === '*') {
      stars++
      this.#at++
    }
    if (stars === 1) return { kind: 'any', test: withinStep }
    if (!startsStep || this.#characters[this.#at] !== '/') return { kind: 'any', test: anything }
    this.#at++
    return { kind: 'steps' }
  }

  #escaped(): string {
    const character = this.#characters[this.#at++]
    if (character === undefined) throw new GlobProblem('ends with a "\\"')
    return character
  }

  #choice(depth: number): Part {
    if (depth > DEEPEST) throw new GlobProblem(`has braces more than ${DEEPEST} deep`)
    const of: Part[][] = []
    do {
      of.push(this.#sequence(depth))
    } while (this.#characters[this.#at++] === ',')
    return { kind: 'choice', of }
  }

  #set(): Test {
    const negated = this.#characters[this.#at] === '!' || this.#characters[this.#at] === '^'
    if (negated) this.#at++
    const ranges: (readonly [number, number])[] = []
    for (;;) {
      let character = this.#characters[this.#at++]
      if (character === undefined) throw new GlobProblem('has a "[" without its "]"')
      if (character === ']' && ranges.length > 0) break
      if (character === '\\') character = this.#escaped()
      const from = character.codePointAt(0) as number
      let to = from
      const end = this.#characters[this.#at + 1]
      if (this.#characters[this.#at] === '-' && end !== undefined && end !== ']') {
        this.#at += 2
        to = (end === '\\' ? this.#escaped() : end).codePointAt(0) as number
        if (to < from) throw new GlobProblem('has a range that runs backwards')
      }
      ranges.push([from, to])
    }
    return (character) => character !== SLASH && ranges.some(([from, to]) => character >= from && character <= to) !== negated
  }
}

function literal(character: string): Part {
  const code = character.codePointAt(0)
  return { kind: 'one', test: (other) => other === code }
}

/** Takes a character that passes the test and goes on at `to`; goes on at `also` without one. */
interface State {
  readonly test: Test | null
  readonly to: number
  readonly also: readonly number[]
}

const ACCEPT = 0

function machine(parts: readonly Part[]): { readonly states: readonly State[]; readonly first: number } {
  const states: State[] = [{ test: null, to: ACCEPT, also: [] }]
  const add = (state: State): number => states.push(state) - 1
  const loop = (test: Test, next: number): number => add({ test, to: states.length, also: [next] })
  const chain = (sequence: readonly Part[], next: number): number => sequence.reduceRight((to, part) => one(part, to), next)
  const one = (part: Part, next: number): number => {
    if (part.kind === 'one') return add({ test: part.test, to: next, also: [] })
    if (part.kind === 'any') return loop(part.test, next)
    if (part.kind === 'choice') return add({ test: null, to: ACCEPT, also: part.of.map((branch) => chain(branch, next)) })
    const slash = add({ test: (character) => character === SLASH, to: next, also: [] })
    return add({ test: null, to: ACCEPT, also: [next, loop(anything, slash)] })
  }
  const first = chain(parts, ACCEPT)
  return { states, first }
}

function run(states: readonly State[], first: number, name: string): boolean {
  /** The step at which a state was last reached. */
  const reached = new Int32Array(states.length).fill(-1)
  let step = 0
  let here: number[] = []
  const reach = (set: number[], state: number): void => {
    const open = [state]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (reached[next] === step) continue
      reached[next] = step
      set.push(next)
      open.push(...(states[next] as State).also)
    }
  }
  reach(here, first)
  for (const text of name) {
    const character = text.codePointAt(0) as number
    const there: number[] = []
    step++
    for (const at of here) {
      const state = states[at] as State
      if (state.test?.(character) === true) reach(there, state.to)
    }
    if (there.length === 0) return false
    here = there
  }
  return reached[ACCEPT] === step
}
