import { type PolicyDocument, policyDocument } from './policy-document.js'
import { checkExternalId, checkImporterAccountArn } from './policy-inputs.js'

/** Whom a customer's role trusts. */
export interface RoleTrustInput {
  /** The account that the importer runs in: `arn:aws:iam::111122223333:root`. */
  readonly importerAccountArn: string
  /** Of this tenant alone: `createExternalId()`. */
  readonly externalId: string
}

/**
 * The trust policy of a customer's role: the importer's account may assume it, and only with this tenant's external id. The
 * id is what keeps another tenant, who names the same role, from having it assumed.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_SECRET_MISSING` for a missing external id
 */
export function roleTrustPolicy({ importerAccountArn, externalId }: RoleTrustInput): PolicyDocument {
  checkImporterAccountArn(importerAccountArn)
  checkExternalId(externalId)
  return policyDocument({
    Effect: 'Allow',
    Principal: { AWS: importerAccountArn },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  })
}
