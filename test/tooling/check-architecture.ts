import { posix } from 'node:path'
import {
  ADAPTER_ROOMS,
  COMPUTED_IMPORTS,
  DUMPING_GROUNDS,
  FILE_FLOORS,
  FLOORS,
  LATE_BUILTINS,
  NEVER_FROM_ROOT,
  PACKAGES,
  SIZES,
} from './floors.js'
import { type ModuleShape, moduleShape } from './module-shape.js'

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Violation {
  readonly rule: string
  /** `path:line`, or a path. */
  readonly at: string
  readonly message: string
}

type Modules = ReadonlyMap<string, ModuleShape>

const ROOT = 'src/index.ts'
const isEntry = (path: string): boolean => path === ROOT || path.startsWith('src/entries/')

/**
 * `src/decoders/csv/lexer.ts` → `decoders/csv`. A file directly in an adapter room, or in a folder that has no floors of
 * its own, belongs to the room.
 */
export function roomOf(path: string): string {
  const parts = path.replace(/\.ts$/, '').split('/').slice(1)
  const room = parts[0] ?? ''
  const inside = `${room}/${parts[1]}`
  return FLOORS[inside] !== undefined || (ADAPTER_ROOMS.includes(room) && parts.length > 2) ? inside : room
}

/** Is `room` the place, or a folder in it? */
const within = (room: string, place: string): boolean => room === place || room.startsWith(`${place}/`)

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const matchesName = (specifier: string, name: string): boolean =>
  name.endsWith('/*') ? specifier.startsWith(name.slice(0, -1)) : packageOf(specifier) === name || specifier === name

const resolve = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')

/** Everything about the sources under `src/` that the design lays down; an empty list when all is well. */
export function checkArchitecture(files: readonly SourceFile[]): Violation[] {
  const modules: Modules = new Map(files.map(({ path, text }) => [path, moduleShape(path, text)]))
  return [...checkImports(modules), ...checkRoot(modules), ...checkEntries(modules), ...checkNames(files), ...checkSizes(files)]
}

function* checkImports(modules: Modules): Generator<Violation> {
  for (const [path, { imports }] of modules) {
    for (const { specifier, form, line } of imports) {
      const at = `${path}:${line}`
      if (specifier === null) {
        if (!COMPUTED_IMPORTS.some((room) => within(roomOf(path), room)))
          yield { rule: 'literal-imports', at, message: 'imports what it computes' }
      } else if (specifier.startsWith('.')) yield* checkFloor(modules, path, specifier, form, at)
      else if (specifier.startsWith('node:')) {
        if (LATE_BUILTINS.includes(specifier) && form === 'static') {
          yield { rule: 'late-builtin', at, message: `${specifier} is missing from the oldest Node we support: load it when needed` }
        }
      } else yield* checkPackage(path, specifier, form, at)
    }
  }
}

function* checkFloor(modules: Modules, path: string, specifier: string, form: string, at: string): Generator<Violation> {
  const target = resolve(path, specifier)
  if (!specifier.endsWith('.js')) yield { rule: 'suffix', at, message: `"${specifier}" lacks its .js` }
  if (!modules.has(target)) yield { rule: 'unresolved', at, message: `there is no ${target}` }
  if (isEntry(path)) return
  const [from, to] = [roomOf(path), roomOf(target)]
  if (isEntry(target)) yield { rule: 'entry-import', at, message: 'nothing inside imports an entry' }
  else if (from === 'contracts' && form !== 'type') yield { rule: 'contracts-types-only', at, message: 'contracts import types only' }
  else if (from !== to && !mayImport(from, to) && !(FILE_FLOORS[path] ?? []).some((place) => within(to, place)))
    yield { rule: 'floor', at, message: `${from} may not import ${to}` }
  else if (from === 'testing' && to === 'job' && !rootExportsFrom(modules, target)) {
    yield { rule: 'private-of-job', at, message: `${target} is private to the engine` }
  }
}

function mayImport(from: string, to: string): boolean {
  const room = from.split('/')[0] as string
  // An adapter may use its room's own shared files, never a sibling.
  if (from !== room && to === room) return true
  return (FLOORS[from] ?? FLOORS[room] ?? []).some((place) => within(to, place))
}

const rootExportsFrom = (modules: Modules, target: string): boolean =>
  modules.get(ROOT)?.imports.some(({ specifier }) => specifier !== null && resolve(ROOT, specifier) === target) ?? false

function* checkPackage(path: string, specifier: string, form: string, at: string): Generator<Violation> {
  const rule = PACKAGES.find(({ name }) => matchesName(specifier, name))
  const room = roomOf(path)
  if (!rule) yield { rule: 'unknown-package', at, message: `${specifier} is not on the list of packages` }
  else if (!rule.rooms.some((place) => within(room, place))) {
    yield { rule: 'package-room', at, message: `${specifier} belongs to ${rule.rooms.join(', ')}` }
  } else if (form === 'static' && !rule.staticIn.some((place) => within(room, place))) {
    yield { rule: 'heavy-static', at, message: `${specifier} is loaded by import() when first needed` }
  }
}

/** Walks what the root entry loads with itself. */
function* checkRoot(modules: Modules): Generator<Violation> {
  const chains = new Map<string, readonly string[]>([[ROOT, [ROOT]]])
  for (const [path, chain] of chains) {
    for (const { specifier, form, line } of modules.get(path)?.imports ?? []) {
      if (specifier === null || form !== 'static') continue
      const target = resolve(path, specifier)
      if (specifier.startsWith('.') && !chains.has(target)) chains.set(target, [...chain, target])
      if (NEVER_FROM_ROOT.some((name) => matchesName(specifier, name))) {
        yield { rule: 'root-reaches', at: `${path}:${line}`, message: `${chain.join(' → ')} → ${specifier}` }
      }
    }
  }
}

function* checkEntries(modules: Modules): Generator<Violation> {
  for (const [path, { otherStatements, statementCount }] of modules) {
    if (isEntry(path)) {
      for (const line of otherStatements)
        yield { rule: 'entry-logic', at: `${path}:${line}`, message: 'an entry holds named re-exports only' }
    } else if (statementCount > 0 && otherStatements.length === 0) {
      yield { rule: 'barrel', at: path, message: 'barrels stand in src/index.ts and src/entries only' }
    }
  }
}

function* checkNames(files: readonly SourceFile[]): Generator<Violation> {
  for (const { path } of files) {
    const names = path.replace(/\.ts$/, '').split('/').slice(1)
    for (const [depth, name] of names.entries()) {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) yield { rule: 'kebab-case', at: path, message: `"${name}" is not kebab-case` }
      if (DUMPING_GROUNDS.includes(name) && !(depth === 0 && name === 'util')) {
        yield { rule: 'dumping-ground', at: path, message: `"${name}" does not say what is inside` }
      }
    }
    if (names.length > 1 && names.at(-1) === 'index') yield { rule: 'barrel', at: path, message: 'only src/index.ts is called index' }
    const room = roomOf(path)
    if (!isEntry(path) && FLOORS[room] === undefined && FLOORS[room.split('/')[0] as string] === undefined) {
      yield { rule: 'unknown-room', at: path, message: `there is no room "${room}"` }
    }
  }
}

function* checkSizes(files: readonly SourceFile[]): Generator<Violation> {
  for (const { path, text } of files) {
    const lines = lineCount(text)
    if (lines > SIZES.most) yield { rule: 'file-size', at: path, message: `${lines} lines, at most ${SIZES.most}` }
    if (path.startsWith('src/contracts/') && lines > SIZES.contract && !SIZES.bigContracts.includes(path)) {
      yield { rule: 'contract-size', at: path, message: `${lines} lines, a contract at most ${SIZES.contract}` }
    }
  }
  const { median, usualShare } = sizeDistribution(files)
  if (median > SIZES.median) yield { rule: 'median-size', at: 'src', message: `median of ${median} lines, at most ${SIZES.median}` }
  if (usualShare < SIZES.usualShare) {
    yield { rule: 'usual-size', at: 'src', message: `${(100 * usualShare).toFixed(0)} % of the files are under ${SIZES.usual} lines` }
  }
}

const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

export interface SizeDistribution {
  readonly files: number
  readonly lines: number
  readonly median: number
  /** Part of the files, 0 to 1, below the usual size. */
  readonly usualShare: number
  readonly largest: readonly { readonly path: string; readonly lines: number }[]
}

export function sizeDistribution(files: readonly SourceFile[]): SizeDistribution {
  const sizes = files.map(({ path, text }) => ({ path, lines: lineCount(text) })).sort((a, b) => b.lines - a.lines)
  return {
    files: sizes.length,
    lines: sizes.reduce((sum, { lines }) => sum + lines, 0),
    median: sizes[sizes.length >> 1]?.lines ?? 0,
    usualShare: sizes.length === 0 ? 1 : sizes.filter(({ lines }) => lines < SIZES.usual).length / sizes.length,
    largest: sizes.slice(0, 5),
  }
}
