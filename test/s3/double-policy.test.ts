// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of policies
import { describe, expect, test } from 'vitest'
import { askPolicy, type DoublePolicy, type DoubleStatement, type PolicyQuestion } from '../../src/testing/s3-double/policy.js'

const user = 'arn:aws:iam::999988887777:user/reader'
const get: PolicyQuestion = { arns: [user], action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/in/a.csv', context: {} }
const allow = (changed: Partial<DoubleStatement> = {}): DoublePolicy => ({
  Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*', ...changed },
})

describe('a policy allows', () => {
  test.each<[string, Partial<DoubleStatement>]>([
    ['everyone', {}],
    ['a user', { Principal: { AWS: user } }],
    ['an account', { Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::999988887777:root'] } }],
    ['all actions of a kind', { Action: ['s3:Get*'] }],
    ['a folder', { Resource: 'arn:aws:s3:::bucket/in/*' }],
    ['one character of any', { Resource: 'arn:aws:s3:::bucket/in/?.csv' }],
  ])('%s', (_, changed) => {
    expect(askPolicy(allow(changed), get)).toBe('allowed')
  })
})

describe('a policy is silent on', () => {
  test.each<[string, Partial<DoubleStatement>]>([
    ['another user', { Principal: { AWS: `${user}2` } }],
    ['another account', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
    ['another action', { Action: 's3:GetObjectTagging' }],
    ['another folder', { Resource: 'arn:aws:s3:::bucket/out/*' }],
    ['a dot that is no wildcard', { Resource: 'arn:aws:s3:::bucket/in/a?csv.' }],
    ['a star that is none', { Resource: 'arn:aws:s3:::bucket/${*}' }],
    ['a condition on what is not said', { Condition: { StringLike: { 's3:prefix': '*' } } }],
  ])('%s', (_, changed) => {
    expect(askPolicy(allow(changed), get)).toBe('silent')
  })
})

test('literal wildcards stand for themselves', () => {
  const policy = allow({ Resource: 'arn:aws:s3:::bucket/${*}${?}${$}/*' })
  expect(askPolicy(policy, { ...get, resource: 'arn:aws:s3:::bucket/*?$/a' })).toBe('allowed')
  expect(askPolicy(policy, { ...get, resource: 'arn:aws:s3:::bucket/xyz/a' })).toBe('silent')
})

test('one denial outweighs everything', () => {
  const [allowed, denied] = [allow().Statement, allow({ Effect: 'Deny', Resource: '*' }).Statement].flat() as DoubleStatement[]
  expect(askPolicy({ Statement: [denied as DoubleStatement, allowed as DoubleStatement] }, get)).toBe('denied')
})

test.each<[Partial<DoubleStatement>, RegExp]>([
  [{ Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.1' } } }, /does not know the condition IpAddress/],
  [{ Resource: 'arn:aws:s3:::bucket/${aws:username}/*' }, /knows no variables/],
])('what the double does not know it does not take for allowed: %j', (changed, message) => {
  expect(() => askPolicy(allow(changed), get)).toThrow(message)
})
