import { describe, expect } from 'vitest'
import { s3Gateway } from '../sources/s3-gateway.js'
import { accessCases } from './access-cases.js'
import { doubleLab } from './lab/double-lab.js'
import { gatewayLab } from './lab/gateway-lab.js'

accessCases('on the double', doubleLab)

const gateway = s3Gateway()

describe.skipIf(gateway === undefined)('a real gateway (LADING_TEST_S3)', () => {
  accessCases('on a real gateway', () => gatewayLab(gateway ?? expect.fail('skipped without a gateway')))
})
