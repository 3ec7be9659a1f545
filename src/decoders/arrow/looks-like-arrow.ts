const mostHeaderBytes = 4 * 1024 * 1024

/** The file format's magic, Feather 1's (which `open` refuses by name), or the start of a stream's first message. */
export function looksLikeArrow(head: Uint8Array): boolean {
  const magic = String.fromCharCode(...head.subarray(0, 6))
  if (magic === 'ARROW1' || magic.startsWith('FEA1')) return true
  if (head.length < 8) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const first = view.getInt32(0, true)
  if (first === -1) return view.getInt32(4, true) >= 0
  // Before 0.15 a message began with its length; then the header's root, which lies within it.
  return first > 0 && first <= mostHeaderBytes && (first + 4) % 8 === 0 && view.getUint32(4, true) < first
}
