/** A name as SQL has it, whatever it holds. NUL, which SQL text cannot hold, becomes U+FFFD. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('\0', '\uFFFD').replaceAll('"', '""')}"`
}
