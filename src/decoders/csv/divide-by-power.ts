/** Powers of ten that a double holds exactly. */
export const exactPowers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

const splitter = 134_217_729
/** The upper 26 bits of each power, for exact products. */
const upperHalves = exactPowers.map(upperHalf)
/** Above the error of the quotient's second part, as a share of the quotient: it is below 2^-101. */
const doubt = 2 ** -97

/**
 * `(high + low) / 10^power`, correctly rounded, for a sum of 16 to 18 digits whose parts are exact and `power` from 1 to
 * 22; NaN when the quotient is so near the middle between two doubles that more digits are needed.
 *
 * The quotient is worked out in two doubles: the first, and what is left over (Dekker's exact product) divided again.
 */
export function divideByPower(high: number, low: number, power: number): number {
  const divisor = exactPowers[power] as number
  const divisorHigh = upperHalves[power] as number
  const divisorLow = divisor - divisorHigh
  const sum = high + low
  const rest = low - (sum - high)
  const quotient = sum / divisor
  const scaled = splitter * quotient
  const quotientHigh = scaled - (scaled - quotient)
  const quotientLow = quotient - quotientHigh
  const product = quotient * divisor
  const productRest =
    quotientHigh * divisorHigh - product + quotientHigh * divisorLow + quotientLow * divisorHigh + quotientLow * divisorLow
  const correction = (sum - product - productRest + rest) / divisor
  const margin = quotient * doubt
  const value = quotient + (correction + margin)
  return value === quotient + (correction - margin) ? value : Number.NaN
}

function upperHalf(value: number): number {
  const scaled = splitter * value
  return scaled - (scaled - value)
}
