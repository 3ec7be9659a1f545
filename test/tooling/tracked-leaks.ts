/** What no tracked file may hold: the project speaks of itself alone, on no machine in particular. */
const LEAKS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'path of a machine', pattern: /(?<![\w.$}-])\/(work|farm|tmp|root|home)\/[A-Za-z._]/ },
  { what: 'path of a machine', pattern: /[A-Z]:\\Users\\/ },
  { what: 'host of a registry', pattern: /\b(registry|npm|deb|packages|mirror)\.[a-z0-9-]+\.(org|com|net|io|dev)\b/i },
  { what: 'host of a registry', pattern: /"resolved"\s*:/ },
]

export interface Leak {
  /** `path:line` */
  readonly at: string
  readonly what: string
}

export function findLeaks(path: string, text: string): Leak[] {
  return text
    .split('\n')
    .flatMap((line, i) => LEAKS.filter(({ pattern }) => pattern.test(line)).map(({ what }) => ({ at: `${path}:${i + 1}`, what })))
}
