import type { Column } from '../../src/model/column.js'
import { columnOf } from '../../src/model/column-of.js'
import type { DataType } from '../../src/model/data-type.js'

const text: DataType = { kind: 'utf8' }

/** One column of three rows for every type there is, the second row null. */
export const everyType: readonly (readonly [DataType, readonly unknown[]])[] = [
  [{ kind: 'int8' }, [-128, null, 127]],
  [{ kind: 'int16' }, [-32768, null, 32767]],
  [{ kind: 'int32' }, [-2147483648, null, 1]],
  [{ kind: 'int64' }, [-9223372036854775808n, null, 5]],
  [{ kind: 'uint8' }, [0, null, 255]],
  [{ kind: 'uint16' }, [0, null, 65535]],
  [{ kind: 'uint32' }, [0, null, 4294967295]],
  [{ kind: 'uint64' }, [0, null, 18446744073709551615n]],
  [{ kind: 'float32' }, [1.5, null, Number.NaN]],
  [{ kind: 'float64' }, [0.1, null, Number.NaN]],
  [{ kind: 'bool' }, [true, null, false]],
  [text, ['é😀', null, '']],
  [{ kind: 'binary' }, [Uint8Array.of(0, 255), null, new Uint8Array(0)]],
  [{ kind: 'date' }, [-1, null, 19000]],
  [{ kind: 'timestamp', unit: 's', timezone: null }, [1650125707, null, -1]],
  [{ kind: 'timestamp', unit: 'ms', timezone: 'UTC' }, [1650125707123, null, -1]],
  [{ kind: 'timestamp', unit: 'us', timezone: 'Europe/Berlin' }, [1650125707123456n, null, 0]],
  [{ kind: 'timestamp', unit: 'ns', timezone: null }, [1650125707123456789n, null, 0]],
  [{ kind: 'time', unit: 'us' }, [1, null, 86399999999]],
  [{ kind: 'time', unit: 'ns' }, [1, null, 86399999999999]],
  [{ kind: 'decimal', precision: 38, scale: 2 }, [-(10n ** 37n), null, 1n]],
  [{ kind: 'list', item: text }, [['a', null], null, []]],
  [{ kind: 'list', item: { kind: 'list', item: { kind: 'float32' } } }, [[[1], []], null, [[2, 3]]]],
  [{ kind: 'fixedList', size: 2, item: { kind: 'float32' } }, [[1, 2], null, [3, 4]]],
  [
    {
      kind: 'struct',
      fields: [
        { name: 'a', type: { kind: 'int32' }, nullable: true },
        { name: '__proto__', type: text, nullable: true },
      ],
    },
    [{ a: 1 }, null, { a: null }],
  ],
  [{ kind: 'null' }, [null, null, null]],
]

export function columnsOfEveryType(): Column[] {
  return everyType.map(([type, values]) => columnOf(type, values))
}

/** Dictionary columns: text with a null row, and one of numbers. */
export function dictionaryColumns(): Column[] {
  return [
    {
      kind: 'dictionary',
      length: 3,
      validity: Uint8Array.of(0b101),
      indices: Int32Array.of(1, 0, 0),
      dictionary: { id: 1, values: columnOf(text, ['x', 'yé']) },
    },
    {
      kind: 'dictionary',
      length: 3,
      validity: null,
      indices: Int32Array.of(1, 0, 1),
      dictionary: { id: 2, values: columnOf({ kind: 'int64' }, [7, 8]) },
    },
  ]
}
