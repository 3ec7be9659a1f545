import { checkOf } from '../issue-codes.js'
import type { Utf8Column } from '../to-text.js'
import type { CrossCheck } from './cross-check.js'
import { GroupRanks } from './group-ranks.js'

/** A rank is once in its group, in the whole file. Of two rows the first stays; rejected rows take no rank. */
export const rankCheck: CrossCheck = {
  fields: ['prediction_group_id', 'rank'],
  check({ table }) {
    const repeated = table.number(checkOf('rank-repeated', {}, { field: 'rank' }))
    const seen = new GroupRanks()
    return ([groups, ranks], log, [, column = 0]) => {
      if (ranks?.kind !== 'int32' || (groups?.kind !== 'utf8' && groups?.kind !== 'dictionary')) return
      const indices = groups.kind === 'dictionary' ? groups.indices : null
      const { data, offsets } = (groups.kind === 'dictionary' ? groups.dictionary.values : groups) as Utf8Column
      for (let i = 0; i < log.rowCount; i++) {
        if (log.rejects[i] === 1) continue
        const at = indices === null ? i : (indices[i] as number)
        if (!seen.add(data, offsets[at] as number, offsets[at + 1] as number, ranks.data[i] as number)) log.add(i, repeated, column)
      }
    }
  },
}
