import type { ObjectSource } from '../contracts/object-source.js'
import { ConfigError } from '../errors.js'
import { compareKeys } from '../model/compare-keys.js'
import type { ObjectInfo } from '../model/object-info.js'
import { compileGlob, GlobProblem } from './glob.js'

/** A glob, or an expression of the host's own code. */
export type NamePattern = string | RegExp

/** Which objects are eligible at all; others are counted at listing and not remembered. */
export interface SelectionOptions {
  readonly match?: readonly NamePattern[] | undefined
  readonly exclude?: readonly NamePattern[] | undefined
  readonly since?: Date | string | undefined
  readonly startAfter?: string | undefined
}

/** The option that leaves an object out. */
export type NotEligible = 'match' | 'exclude' | 'since' | 'startAfter'

export interface Selection {
  /** How to list so that nothing eligible is left out, and as little else as possible comes along. */
  readonly list: { readonly under?: string; readonly after?: string }
  /** Everything is eligible. */
  readonly all: boolean
  /** The same text for the same selection; `since` apart, which moves with time. */
  readonly signature: string
  leavesOut(object: ObjectInfo): NotEligible | undefined
  /** Would `match` take the key if case did not count? */
  nearlyMatches(key: string): boolean
}

/** All patterns of one option, in characters: what a page of hostile names may cost. */
const MOST_CHARACTERS = 2_048

/** Every key of the source starts with it; names are judged below it. */
export function prefixOf({ prefix, place }: Pick<ObjectSource, 'prefix' | 'place'>): string {
  return prefix ?? /^[^:]+:\/\/[^/]*\/(.*)$/s.exec(place)?.[1] ?? ''
}

/** The key below the prefix, where keys carry it: `a/b/c.csv` of `s3://bucket/a/b/` is `c.csv`. */
export function nameOf(source: Pick<ObjectSource, 'prefix' | 'place'>, key: string): string {
  const prefix = prefixOf(source)
  return key.startsWith(prefix) ? key.slice(prefix.length) : key
}

/** @throws ConfigError `CONFIG_INVALID` for a pattern or a time that is none */
export function selectionOf(options: SelectionOptions, source: ObjectSource): Selection {
  const match = patternsOf('match', options.match)
  const exclude = patternsOf('exclude', options.exclude)
  const since = options.since === undefined ? null : timeOf(options.since)
  const startAfter = options.startAfter === undefined ? undefined : wholeKey(source, options.startAfter)
  const nearly = patternsOf('match', options.match, true)
  return {
    list: { ...under(match, source), ...(startAfter === undefined || !source.listsInKeyOrder ? {} : { after: startAfter }) },
    all: match.length + exclude.length === 0 && since === null && startAfter === undefined,
    signature: JSON.stringify([match.map(({ text }) => text), exclude.map(({ text }) => text), startAfter ?? null]),
    leavesOut({ key, lastModified }) {
      const name = nameOf(source, key)
      if (startAfter !== undefined && compareKeys(key, startAfter) <= 0) return 'startAfter'
      if (match.length > 0 && !match.some((pattern) => pattern.matches(name))) return 'match'
      if (exclude.some((pattern) => pattern.matches(name))) return 'exclude'
      if (since !== null && lastModified !== null && lastModified.getTime() < since) return 'since'
      return undefined
    },
    nearlyMatches: (key) => {
      const name = nameOf(source, key).toLowerCase()
      return nearly.some((pattern) => pattern.matches(name))
    },
  }
}

/** What is wrong with the patterns of an option, or `undefined`. */
export function patternProblem(patterns: readonly NamePattern[]): string | undefined {
  if (patterns.reduce((sum, pattern) => sum + lengthOf(pattern), 0) > MOST_CHARACTERS) {
    return `has patterns of more than ${MOST_CHARACTERS} characters together`
  }
  for (const pattern of patterns) {
    try {
      if (typeof pattern === 'string') compileGlob(pattern)
    } catch (error) {
      if (error instanceof GlobProblem) return `has a pattern, ${JSON.stringify(pattern)}, that ${error.message}`
      throw error
    }
  }
  return undefined
}

interface Pattern {
  /** For a glob what every match starts with; nothing is known of an expression. */
  readonly head: string
  readonly text: string
  matches(name: string): boolean
}

function patternsOf(option: string, given: readonly NamePattern[] | undefined, anyCase = false): readonly Pattern[] {
  const problem = patternProblem(given ?? [])
  if (problem !== undefined) {
    throw new ConfigError('CONFIG_INVALID', `\`${option}\` ${problem}.`, {
      remedy: 'See docs/how-to/choose-files.md for what a pattern may hold.',
    })
  }
  return (given ?? []).map((pattern) => {
    if (typeof pattern === 'string') return { ...compileGlob(anyCase ? pattern.toLowerCase() : pattern), text: pattern }
    const { source, flags } = pattern
    // A global or sticky expression would go on where it last stopped.
    const own = new RegExp(source, flags.replace(/[gy]/g, '') + (anyCase && !flags.includes('i') ? 'i' : ''))
    return { head: '', text: String(pattern), matches: (name) => own.test(name) }
  })
}

/** What the heads of all patterns have in common is left to the store. */
function under(match: readonly Pattern[], source: ObjectSource): { readonly under?: string } {
  // Where it is not known what keys start with, nothing can be told to the store.
  if (source.prefix === undefined) return {}
  let head = match[0]?.head ?? ''
  for (const pattern of match) {
    while (!pattern.head.startsWith(head)) head = [...head].slice(0, -1).join('')
  }
  // Stores that do not list in order take whole steps only.
  if (!source.listsInKeyOrder) head = head.slice(0, head.lastIndexOf('/') + 1)
  return head === '' ? {} : { under: source.prefix + head }
}

function timeOf(since: Date | string): number {
  const time = (typeof since === 'string' ? new Date(since) : since).getTime()
  if (Number.isNaN(time)) {
    throw new ConfigError('CONFIG_INVALID', '`since` is no time.', { remedy: "Give a Date, or text such as '2026-01-31T00:00:00Z'." })
  }
  return time
}

/** People name keys whole, as a listing shows them, or below the prefix. */
function wholeKey(source: ObjectSource, key: string): string {
  const { prefix = '' } = source
  return key.startsWith(prefix) ? key : prefix + key
}

function lengthOf(pattern: NamePattern): number {
  return typeof pattern === 'string' ? pattern.length : 0
}
