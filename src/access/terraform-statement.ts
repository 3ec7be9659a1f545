import { ConfigError } from '../errors.js'
import { type HclExpression, hclAttributes, hclBlock, hclList, hclText } from './hcl.js'
import type { PolicyDocument, PolicyStatement } from './policy-document.js'

/** How a text of a statement is written: as itself unless it is that of something else in the same configuration. */
export type WriteText = (text: string) => HclExpression

/** `data "aws_iam_policy_document" "label" { … }` for a policy. */
export function terraformPolicy(label: string, policy: PolicyDocument, write: WriteText = policyText): string {
  return hclBlock(`data "aws_iam_policy_document" "${label}"`, ...policy.Statement.map((statement) => terraformStatement(statement, write)))
}

/** `statement { … }`, to stand in an `aws_iam_policy_document`. */
export function terraformStatement(statement: PolicyStatement, write: WriteText = policyText): string {
  const { Principal, Action, Resource, Condition = {} } = statement
  const list = (texts: string | readonly string[]): HclExpression => hclList([texts].flat().map(write))
  const attributes: (readonly [string, HclExpression])[] = [['actions', list(Action)]]
  if (Resource !== undefined) attributes.push(['resources', list(Resource)])
  const blocks = Object.entries(Condition).flatMap(([test, keys]) =>
    Object.entries(keys).map(([variable, values]) =>
      hclBlock(
        'condition',
        hclAttributes([
          ['test', terraformText(test)],
          ['variable', terraformText(variable)],
          ['values', list(values)],
        ]),
      ),
    ),
  )
  return hclBlock('statement', ...(Principal === undefined ? [] : [principals(Principal.AWS, write)]), hclAttributes(attributes), ...blocks)
}

/** A text for `aws_iam_policy_document`, where `&{` is another spelling of `${`. Throws `CONFIG_INVALID` for it. */
export function policyText(text: string): HclExpression {
  if (text.includes('&{')) throw unsayable('it contains "&{", which Terraform reads as the start of a variable')
  return terraformText(text)
}

/** A text as it is. Throws `CONFIG_INVALID` for characters that Terraform would compose (NFC), for keys are not composed. */
export function terraformText(text: string): HclExpression {
  if (text !== text.normalize('NFC')) throw unsayable('it has characters in decomposed form, which Terraform would compose')
  return hclText(text)
}

function unsayable(why: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `Terraform cannot say one of the texts: ${why}.`, {
    remedy: 'Use the policy as JSON, or a prefix above it.',
  })
}

function principals(arn: string, write: WriteText): string {
  return hclBlock(
    'principals',
    hclAttributes([
      ['type', hclText('AWS')],
      ['identifiers', hclList([write(arn)])],
    ]),
  )
}
