import { expect, test } from 'vitest'
import { s3Contract } from './contract.js'
import { gatewayServer } from './gateway-server.js'

const envFile = process.env.LADING_TEST_S3

if (envFile !== undefined && envFile !== '') {
  s3Contract('gateway', () => gatewayServer(envFile))
} else if (process.env.CI === 'true') {
  test('S3 contract: gateway', () => {
    expect.fail(
      'LADING_TEST_S3 is not set, and CI must not skip the real gateway: run "test/servers/rgw up DIR PORT" and set it to DIR/env',
    )
  })
} else {
  test('S3 contract: gateway', ({ skip }) => {
    skip('LADING_TEST_S3 is not set: run "test/servers/rgw up DIR PORT" and set it to DIR/env')
  })
}
