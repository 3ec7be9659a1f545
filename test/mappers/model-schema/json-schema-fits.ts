type Schema = { readonly [key: string]: unknown }

/** Does a value fit a JSON Schema? Knows the words that ours uses, and throws at others. */
export function fits(schema: Schema, value: unknown, root: Schema = schema): boolean {
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : null
  const inner = (each: unknown, of: unknown = value): boolean => fits(each as Schema, of, root)
  const list = (each: unknown): Schema[] => each as Schema[]
  return Object.entries(schema).every(([word, rule]) => {
    switch (word) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
      case 'default':
      case 'then':
        return true
      case '$ref': {
        const name = String(rule).replace('#/$defs/', '')
        return inner((root.$defs as Schema)[name])
      }
      case 'type':
        if (rule === 'object') return object !== null
        if (rule === 'array') return Array.isArray(value)
        if (rule === 'integer') return Number.isInteger(value)
        return typeof value === rule
      case 'const':
        return value === rule
      case 'enum':
        return (rule as unknown[]).includes(value)
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(rule), 'u').test(value)
      case 'minLength':
        return typeof value !== 'string' || value.length >= Number(rule)
      case 'minimum':
        return typeof value !== 'number' || value >= Number(rule)
      case 'maximum':
        return typeof value !== 'number' || value <= Number(rule)
      case 'items':
        return !Array.isArray(value) || value.every((item) => inner(rule, item))
      case 'minItems':
        return !Array.isArray(value) || value.length >= Number(rule)
      case 'maxItems':
        return !Array.isArray(value) || value.length <= Number(rule)
      case 'uniqueItems':
        return !Array.isArray(value) || new Set(value).size === value.length
      case 'properties':
        return object === null || Object.entries(rule as Schema).every(([key, each]) => !(key in object) || inner(each, object[key]))
      case 'additionalProperties':
        return (
          object === null ||
          Object.keys(object).every(
            (key) => Object.hasOwn((schema.properties ?? {}) as Schema, key) || (rule !== false && inner(rule, object[key])),
          )
        )
      case 'required':
        return object === null || (rule as string[]).every((key) => Object.hasOwn(object, key))
      case 'dependentRequired':
        return (
          object === null ||
          Object.entries(rule as Record<string, string[]>).every(
            ([key, others]) => !(key in object) || others.every((other) => other in object),
          )
        )
      case 'allOf':
        return list(rule).every((each) => inner(each))
      case 'anyOf':
        return list(rule).some((each) => inner(each))
      case 'not':
        return !inner(rule)
      case 'if':
        return !inner(rule) || inner(schema.then)
      default:
        throw new Error(`The test does not know the word ${word}.`)
    }
  })
}
