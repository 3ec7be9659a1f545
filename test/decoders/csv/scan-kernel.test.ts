import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ScanKernel } from '../../../src/decoders/csv/scan-kernel.js'
import { scanKernelModule } from '../../tooling/build-scan-kernel.js'

it('is what its text compiles to', async () => {
  const committed = await readFile(new URL('../../../src/decoders/csv/scan-kernel-code.ts', import.meta.url), 'utf8')
  expect(committed).toBe(await scanKernelModule())
})

it('is at hand here, so that the other tests of CSV are tests of it', () => {
  const kernel = ScanKernel.take()
  expect(kernel).not.toBeNull()
  kernel?.giveBack()
  expect(ScanKernel.take()).toBe(kernel)
})
