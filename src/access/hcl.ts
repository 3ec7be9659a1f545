/** A piece of HCL that is an expression already: a quoted text, a reference, a list. */
export type HclExpression = string & { readonly hcl: unique symbol }

/** Quoted so that nothing of the text is a template: neither `${…}` nor `%{…}`, nor an end of the quotation. */
export function hclText(text: string): HclExpression {
  return `"${hclInside(text)}"` as HclExpression
}

/** A text that begins with what a reference stands for. */
export function hclJoined(reference: HclExpression, text: string): HclExpression {
  return text === '' ? reference : (`"\${${reference}}${hclInside(text)}"` as HclExpression)
}

/** Can the name stand bare as a key of a map? */
export function isHclKey(name: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(name)
}

/** One item is a line; more are a line each. */
export function hclList(items: readonly HclExpression[]): HclExpression {
  if (items.length === 1) return `[${items[0]}]` as HclExpression
  return ['[', ...items.map((item) => `  ${item},`), ']'].join('\n') as HclExpression
}

export function hclReference(...path: readonly string[]): HclExpression {
  return path.join('.') as HclExpression
}

/** `header { … }`, its parts indented, with a line between them. */
export function hclBlock(header: string, ...parts: readonly string[]): string {
  const lines = parts.join('\n\n').split('\n')
  return [`${header} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'].join('\n')
}

/** `name = value` lines with their signs in one column, as the formatter of Terraform writes them. */
export function hclAttributes(attributes: readonly (readonly [name: string, value: HclExpression])[]): string {
  const width = Math.max(...attributes.map(([name, value]) => (value.includes('\n') ? 0 : name.length)))
  return attributes.map(([name, value]) => `${value.includes('\n') ? name : name.padEnd(width)} = ${value}`).join('\n')
}

/** A label of a resource, such as `grant_read_only_access`. */
export function isHclLabel(label: string): boolean {
  return /^[A-Za-z_][\w-]{0,127}$/.test(label)
}

const named: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function hclInside(text: string): string {
  return text
    .replace(/[\\"\n\r\t]/g, (char) => named[char] ?? char)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)
    .replace(/[$%]\{/g, (start) => `${start[0]}${start}`)
}

/** What cannot be seen in a text is told by its number. */
function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
