/** Longer names are compared by their beginnings, so that hostile headers cost no more than others. */
const compared = 64

/**
 * Names that someone may have meant: equal but for case and separators first, then up to a third of the letters
 * changed; at most three, nearest first.
 */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const plain = (name: string): string =>
    name
      .slice(0, compared)
      .toLowerCase()
      .replace(/[\s_\-./]/g, '')
  const target = plain(wanted)
  const limit = Math.max(1, Math.floor(target.length / 3))
  const near: { readonly name: string; readonly distance: number }[] = []
  for (const name of new Set(names)) {
    if (name === '' || name === wanted) continue
    const candidate = plain(name)
    if (Math.abs(candidate.length - target.length) > limit) continue
    const distance = editDistance(target, candidate)
    if (distance <= limit) near.push({ name, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] as number) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] as number
}
