/** What came from a far side is not what was agreed: its process is killed, its file fails. */
export class FalseFrame extends Error {
  override readonly name = 'FalseFrame'
}

/** A whole number from `least` to `most`, or a thrown {@link FalseFrame}. */
export function wholeNumber(value: unknown, what: string, most: number = Number.MAX_SAFE_INTEGER, least = 0): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new FalseFrame(`${what} is not a whole number from ${least} to ${most}`)
}

/** A text of at most `most` UTF-16 units. */
export function text(value: unknown, what: string, most = 65_536): string {
  if (typeof value === 'string' && value.length <= most) return value
  throw new FalseFrame(`${what} is not a text of at most ${most} characters`)
}

export function oneOf<const T extends string>(value: unknown, what: string, words: readonly T[]): T {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new FalseFrame(`${what} is none of its words`)
}

export function list(value: unknown, what: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value
  throw new FalseFrame(`${what} is not a list of at most ${most}`)
}

export function members(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new FalseFrame(`${what} is not an object`)
}
