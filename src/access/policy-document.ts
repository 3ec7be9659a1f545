/** Condition operators, each with condition keys and the values they may have. */
export type PolicyCondition = { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } }

/** One statement of an access policy. Everything made here allows; nothing is ever denied. */
// A type, not an interface, so that it is JSON to the compiler too.
export type PolicyStatement = {
  readonly Effect: 'Allow'
  /** Who. Absent in a role's own permissions. */
  readonly Principal?: { readonly AWS: string }
  readonly Action: string | readonly string[]
  /** On what. Absent in a role's trust policy. */
  readonly Resource?: string | readonly string[]
  readonly Condition?: PolicyCondition
}

/** An access policy as AWS takes it; {@link policyJson} is its text. */
export type PolicyDocument = {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export function policyDocument(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}

/** JSON to paste or to send: indented, ASCII alone, because IAM takes no other characters. */
export function policyJson(policy: PolicyDocument | PolicyStatement): string {
  return JSON.stringify(policy, null, 2).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Text that a policy takes for itself alone. `*` and `?` stand for other characters there, and `${` begins a variable;
 * policies have a variable for each of the three.
 */
export function literalInPolicy(text: string): string {
  return text.replace(/[*?]|\$(?=\{)/g, (char) => `\${${char}}`)
}
