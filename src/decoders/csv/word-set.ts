/** Short texts that cells are compared with where they lie, byte by byte. */
export class WordSet {
  /** By length in bytes. */
  readonly #words: (readonly Uint8Array[] | undefined)[] = []

  constructor(words: Iterable<string>) {
    for (const word of words) {
      const bytes = new TextEncoder().encode(word)
      this.#words[bytes.length] = [...(this.#words[bytes.length] ?? []), bytes]
    }
  }

  has(text: Uint8Array, start: number, end: number): boolean {
    const words = this.#words[end - start]
    return words?.some((word) => isAt(word, text, start)) ?? false
  }
}

function isAt(word: Uint8Array, text: Uint8Array, start: number): boolean {
  for (let i = 0; i < word.length; i++) if (word[i] !== text[start + i]) return false
  return true
}
