import * as v from 'valibot'
import type { FileDecoder } from '../contracts/file-decoder.js'
import { ConfigError } from '../errors.js'
import type { IsolationEntry, IsolationMode } from '../isolation/isolation-mode.js'
import { type Budgets, defaultBudgets } from '../model/budgets.js'

/** How a file is looked into. */
export interface PreviewOptions {
  /** Rows of the sample, from the beginning of the file, at most 100,000. @defaultValue 1000 */
  readonly rows?: number | undefined
  /** Example values of a column, at most 20. @defaultValue 3 */
  readonly examples?: number | undefined
  /** Characters of an example, at most 1,000; longer ones are cut. @defaultValue 40 */
  readonly exampleCharacters?: number | undefined
  /** Stands for the first claim of the file: default timestamp, and the middle of the timestamp window. @defaultValue now */
  readonly asOf?: Date | undefined
  /** Tried before the built-in ones. */
  readonly decoders?: readonly FileDecoder[] | undefined
  /** Where the file is decoded. @defaultValue 'auto' */
  readonly isolation?: IsolationMode | IsolationEntry | undefined
  /** Limits on what the file may cost. */
  readonly budgets?: Partial<Budgets> | undefined
  /** Ends with `FILE_DEADLINE` after this, ms. @defaultValue 60_000 */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
const hasMethods = v.custom<FileDecoder>((part) => typeof part === 'object' && part !== null && 'open' in part)
const modes = v.picklist(['auto', 'process', 'thread', 'inline'])

const shape = v.object({
  rows: v.optional(whole(1, 100_000), 1_000),
  examples: v.optional(whole(0, 20), 3),
  exampleCharacters: v.optional(whole(1, 1_000), 40),
  asOf: v.optional(v.date()),
  decoders: v.optional(v.array(hasMethods), []),
  isolation: v.optional(v.union([modes, v.object({ mode: v.optional(modes), entry: v.instance(URL) })]), 'auto'),
  budgets: v.optional(v.record(v.picklist(Object.keys(defaultBudgets)), v.optional(v.pipe(v.number(), v.gtValue(0)))), {}),
  timeoutMs: v.optional(whole(1, 2 ** 31 - 1), 60_000),
  signal: v.optional(v.instance(AbortSignal)),
})

/** The options with their defaults. */
export type CheckedLook = {
  readonly [K in Exclude<keyof PreviewOptions, 'signal' | 'budgets'>]-?: NonNullable<PreviewOptions[K]>
} & { readonly budgets: Budgets; readonly signal: AbortSignal | undefined }

/**
 * @param more names of options that belong to the caller
 * @throws ConfigError `CONFIG_INVALID`
 */
export function checkLook(options: PreviewOptions, more: readonly string[] = []): CheckedLook {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(shape.entries, name) && !more.includes(name))
  const result = v.safeParse(shape, options)
  if (unknown !== undefined || !result.success) {
    const [issue] = result.issues ?? []
    const what =
      unknown === undefined ? `\`${issue === undefined ? 'options' : v.getDotPath(issue)}\` is wrong` : `\`${unknown}\` is not an option`
    throw new ConfigError('CONFIG_INVALID', `${what}.`, {
      remedy: `Correct it; the options are ${[...Object.keys(shape.entries), ...more].join(', ')}.`,
    })
  }
  const { asOf = new Date(), signal, budgets, isolation, ...rest } = result.output
  const own = Object.fromEntries(Object.entries(budgets).filter(([, value]) => value !== undefined))
  return { ...rest, asOf, signal, isolation: isolation as CheckedLook['isolation'], budgets: { ...defaultBudgets, ...own } }
}
