import { test } from 'vitest'
import { type SourceUnderTest, sourceContract } from '../../src/testing/source-contract.js'

/** All cases of the kit that apply to the source, as tests. */
export function keepsSourceContract(
  make: () => Promise<SourceUnderTest>,
  has: { readonly check: boolean; readonly ownership: boolean },
): void {
  for (const { name, needs, run } of sourceContract) {
    if (needs === 'check' && !has.check) continue
    if (needs === 'checkOwnership' && !has.ownership) continue
    test(name, () => run(make))
  }
}
