import type { Slot } from '../slot.js'
import type { ColumnFacts } from './column-facts.js'

/** Does a field take this column? Text files are read as a field wishes: there its cells decide. */
export function takesColumn({ accepts, wants }: Slot, { info, isNumeric, shape }: ColumnFacts): boolean {
  if (info.guessed !== true) return accepts(info.type)
  if (wants === 'own' || wants.kind === 'utf8') return true
  return isNumeric || shape === 'nothing'
}
