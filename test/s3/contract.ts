import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessCases } from './contract/access.js'
import { Contract } from './contract/contract-context.js'
import { listingCases } from './contract/listing.js'
import { objectCases } from './contract/objects.js'
import { roleCases } from './contract/roles.js'
import { taggingCases } from './contract/tagging.js'
import { uploadCases } from './contract/uploads.js'
import type { ContractServer } from './contract-server.js'
import { intendedDifferences } from './intended-differences.js'

/** What an import relies on of an S3 and an STS, checked through the real AWS SDK. The same cases for every server. */
export function s3Contract(name: ContractServer['name'], start: () => Promise<ContractServer>): void {
  const contract = new Contract()
  beforeAll(async () => {
    await contract.open(await start())
  })
  afterAll(() => contract.close())

  describe(`S3 contract: ${name}`, () => {
    describe('listing', () => listingCases(contract))
    describe('objects', () => objectCases(contract))
    describe('uploads', () => uploadCases(contract))
    describe('tagging', () => taggingCases(contract))
    describe('access', () => accessCases(contract))
    describe('roles', () => roleCases(contract))

    test('every intended difference was used', () => {
      const unused = Object.entries(intendedDifferences).filter(([, difference]) => !contract.differencesUsed.has(difference))
      expect(unused.map(([difference]) => difference)).toEqual([])
    })
  })
}
