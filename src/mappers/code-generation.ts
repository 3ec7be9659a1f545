let allowed: boolean | undefined

/**
 * May this host make functions from text? Asked once, at first use. Hosts that run under
 * `--disallow-code-generation-from-strings` get the equal builder without generated code; no other way (`vm`, `data:`
 * imports) is tried, for that would go round the host's rule.
 */
export function canGenerateCode(): boolean {
  if (allowed === undefined) {
    try {
      new Function('')
      allowed = true
    } catch {
      // The refusal is the answer.
      allowed = false
    }
  }
  return allowed
}
