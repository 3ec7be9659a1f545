/**
 * The first text after all that begin with `prefix`, in the order of UTF-8 bytes; `undefined` when there is none.
 * UTF-8 bytes order as code points do.
 */
export function afterAllUnder(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Surrogates are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
