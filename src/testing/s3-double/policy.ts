/** One statement of a policy, in AWS's spelling. */
export interface DoubleStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | { readonly AWS: string | readonly string[] }
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** A policy document, in AWS's spelling: of a bucket, a KMS key, or a role. */
export interface DoublePolicy {
  readonly Version?: string
  readonly Statement: DoubleStatement | readonly DoubleStatement[]
}

/** What is asked of a policy. */
export interface PolicyQuestion {
  /** ARNs that the caller goes by: a user's, or a session's and its role's. */
  readonly arns: readonly string[]
  readonly action: string
  /** ARN; `undefined` where the policy belongs to what is asked for. */
  readonly resource?: string
  /** Condition keys and their values; one that is not there has none. */
  readonly context: Readonly<Record<string, string | undefined>>
}

export type PolicyAnswer = 'allowed' | 'denied' | 'silent'

/**
 * What a policy says. Knows what imports need: `Allow` and `Deny`, wildcards and the variables for literal ones, `StringEquals`,
 * `StringLike` and `StringNotEquals`. Throws for anything else, because a double must not take for allowed what it does not know.
 */
export function askPolicy(policy: DoublePolicy, question: PolicyQuestion): PolicyAnswer {
  const fitting = [policy.Statement].flat().filter((statement) => fits(statement as DoubleStatement, question))
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return 'denied'
  return fitting.length > 0 ? 'allowed' : 'silent'
}

function fits(
  { Principal, Action, Resource, Condition = {} }: DoubleStatement,
  { arns, action, resource, context }: PolicyQuestion,
): boolean {
  if (Principal !== undefined && Principal !== '*' && !listOf(Principal.AWS).some((arn) => isPrincipal(arn, arns))) return false
  if (!listOf(Action).some((pattern) => matches(pattern, action))) return false
  if (resource !== undefined && Resource !== undefined && !listOf(Resource).some((pattern) => matches(pattern, resource))) return false
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, listOf(values), context[key])),
  )
}

/** The root of an account stands for everyone in it. */
function isPrincipal(allowed: string, arns: readonly string[]): boolean {
  if (allowed === '*') return true
  const account = /^arn:aws:iam::(\d{12}):root$/.exec(allowed)?.[1]
  return arns.some((arn) => (account === undefined ? arn === allowed : arn.split(':')[4] === account))
}

function holds(operator: string, values: readonly string[], value: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
      return value !== undefined && values.includes(value)
    case 'StringLike':
      return value !== undefined && values.some((pattern) => matches(pattern, value))
    case 'StringNotEquals':
      return value === undefined || !values.includes(value)
    default:
      throw new Error(`This double does not know the condition ${operator}.`)
  }
}

/** `*` is any text, `?` any character, `${*}`, `${?}` and `${$}` those characters themselves. */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/\$\{([*?$])\}|[*?]|\$\{|[\\^$.|+()[\]{}]/g, (part, literal?: string) => {
    if (literal !== undefined) return `\\${literal}`
    if (part === '${') throw new Error('This double knows no variables in policies.')
    return part === '*' ? '.*' : part === '?' ? '.' : `\\${part}`
  })
  return new RegExp(`^${source}$`, 'su').test(text)
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}
