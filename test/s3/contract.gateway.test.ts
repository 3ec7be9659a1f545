import { expect, test } from 'vitest'
import { s3Contract } from './contract.js'
import { gatewayServer } from './gateway-server.js'

const envFile = process.env.LADING_TEST_S3
const reason = 'LADING_TEST_S3 is not set: run "test/servers/rgw up DIR PORT" and set it to DIR/env.'

if (envFile !== undefined && envFile !== '') {
  s3Contract('gateway', () => gatewayServer(envFile))
} else if (process.env.CI === 'true') {
  test('S3 contract: gateway', () => {
    expect.fail(`CI must not skip the real gateway. ${reason}`)
  })
} else {
  // A skipped test's name is not printed, and silence would look like success.
  console.info(`S3 contract on the real gateway skipped. ${reason}`)
  test.skip(`S3 contract: gateway. ${reason}`, () => {})
}
