import { isUtf8 } from 'node:buffer'
import { cutSequence } from './utf8-check.js'

/** Binary formats that may begin with a run of ASCII. */
const magics = ['PAR1', 'PARE', 'Obj\x01', 'ARROW1', 'FEA1', 'PK\x03\x04', '%PDF-', 'SQLite format 3']

/** Text in UTF-8 without control bytes that text has no use for, or in UTF-16 with its mark (which `open` refuses by name). */
export function looksLikeText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true
  if (magics.some((magic) => startsWith(head, magic))) return false
  return !head.includes(0) && isUtf8(head.subarray(0, head.length - cutSequence(head)))
}

function startsWith(head: Uint8Array, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (head[i] !== magic.charCodeAt(i)) return false
  return true
}
