/** More points than this are refused before they are compared. */
export const mostPoints = 4_000

export type PolygonProblem = 'format' | 'repeated' | 'crossing'

/**
 * What is wrong with a polygon: numbers `from` to `to` are x and y of its points in turn, the last one joined to the
 * first. At least three points, none negative, no point twice, no side crossing or touching another.
 */
export function polygonProblem(data: Float64Array, from: number, to: number): PolygonProblem | null {
  const count = to - from
  if (count < 6 || count % 2 === 1 || count > 2 * mostPoints) return 'format'
  for (let k = from; k < to; k++) {
    const value = data[k] as number
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return 'format'
  }
  const points = count / 2
  if (hasRepeated(data, from, points)) return 'repeated'
  return crosses(data, from, points) ? 'crossing' : null
}

function hasRepeated(data: Float64Array, from: number, points: number): boolean {
  const order = Uint16Array.from({ length: points }, (_, i) => i)
  const x = (i: number): number => data[from + 2 * i] as number
  const y = (i: number): number => data[from + 2 * i + 1] as number
  order.sort((a, b) => x(a) - x(b) || y(a) - y(b))
  for (let k = 1; k < points; k++) {
    const [a, b] = [order[k - 1] as number, order[k] as number]
    if (x(a) === x(b) && y(a) === y(b)) return true
  }
  return false
}

/** Sides by their left ends: only those that overlap from left to right are compared. */
function crosses(data: Float64Array, from: number, points: number): boolean {
  const x = (i: number): number => data[from + 2 * (i % points)] as number
  const order = Uint16Array.from({ length: points }, (_, i) => i)
  const left = Float64Array.from({ length: points }, (_, i) => Math.min(x(i), x(i + 1)))
  order.sort((a, b) => (left[a] as number) - (left[b] as number))
  for (let k = 0; k < points; k++) {
    const side = order[k] as number
    const right = Math.max(x(side), x(side + 1))
    for (let m = k + 1; m < points; m++) {
      const other = order[m] as number
      if ((left[other] as number) > right) break
      const apart = Math.abs(side - other)
      // Neighbours share a point; that they go on in another direction is all that is asked of them.
      const touch = apart === 1 || apart === points - 1 ? foldsBack(data, from, points, side, other) : meet(data, from, points, side, other)
      if (touch) return true
    }
  }
  return false
}

/** Which side of the line from a to b the point c lies on; 0 on it. */
function turn(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
}

function ends(data: Float64Array, from: number, points: number, side: number): [number, number, number, number] {
  const a = from + 2 * side
  const b = from + 2 * ((side + 1) % points)
  return [data[a] as number, data[a + 1] as number, data[b] as number, data[b + 1] as number]
}

function meet(data: Float64Array, from: number, points: number, one: number, other: number): boolean {
  const [ax, ay, bx, by] = ends(data, from, points, one)
  const [cx, cy, dx, dy] = ends(data, from, points, other)
  const [c, d, a, b] = [
    turn(ax, ay, bx, by, cx, cy),
    turn(ax, ay, bx, by, dx, dy),
    turn(cx, cy, dx, dy, ax, ay),
    turn(cx, cy, dx, dy, bx, by),
  ]
  if (c !== d && a !== b) return true
  const within = (px: number, py: number, qx: number, qy: number, rx: number, ry: number): boolean =>
    rx >= Math.min(px, qx) && rx <= Math.max(px, qx) && ry >= Math.min(py, qy) && ry <= Math.max(py, qy)
  return (
    (c === 0 && within(ax, ay, bx, by, cx, cy)) ||
    (d === 0 && within(ax, ay, bx, by, dx, dy)) ||
    (a === 0 && within(cx, cy, dx, dy, ax, ay)) ||
    (b === 0 && within(cx, cy, dx, dy, bx, by))
  )
}

/** Two sides that share a point and lie on one another from there. */
function foldsBack(data: Float64Array, from: number, points: number, one: number, other: number): boolean {
  const [first, second] = (one + 1) % points === other ? [one, other] : [other, one]
  const [ax, ay, bx, by] = ends(data, from, points, first)
  const [, , cx, cy] = ends(data, from, points, second)
  return turn(ax, ay, bx, by, cx, cy) === 0 && (ax - bx) * (cx - bx) + (ay - by) * (cy - by) > 0
}
