const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Text for XML. Control characters become references as AWS writes them, though XML 1.0 has no place for most of them. */
export function escapeXml(text: string): string {
  let escaped = ''
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (char === '&') escaped += '&amp;'
    else if (char === '<') escaped += '&lt;'
    else if (char === '>') escaped += '&gt;'
    else if (char === '"') escaped += '&quot;'
    else if (code < 0x20 || code === 0x7f) escaped += `&#x${code.toString(16)};`
    else escaped += char
  }
  return escaped
}

export function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number.parseInt(decimal, 10))
    return entities[name ?? ''] ?? whole
  })
}

/** `<name>text</name>`, escaped. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`
}
