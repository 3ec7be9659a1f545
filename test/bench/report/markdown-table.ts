/** A Markdown table whose columns line up; all but the first `left` columns to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const widths = head.map((title, k) => Math.max(3, title.length, ...rows.map((row) => (row[k] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, k) => (k < left ? (cells[k] ?? '').padEnd(width) : (cells[k] ?? '').padStart(width))).join(' | ')} |`
  const rule = `|${widths.map((width, k) => (k < left ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
