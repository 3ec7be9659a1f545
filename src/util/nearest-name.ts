/** Edits (insert, delete, replace, swap of neighbours) between two words, each at most 64 characters long. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    const above = rows[i - 1] as number[]
    for (let j = 1; j <= b.length; j++) {
      const replace = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, replace)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j] as number, (rows[i - 2]?.[j - 2] as number) + 1)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] as number
}

/**
 * Names that a misspelt one may have meant, nearest first: those that differ by case and separators alone, then those
 * within a third of its length in edits.
 */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const plain = (text: string): string =>
    text
      .slice(0, 64)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
  const wanted = plain(name)
  return [...known]
    .map((candidate) => ({ candidate, edits: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(Math.min(wanted.length, candidate.length) / 3)))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}
