/** A row's place in the queue; stale once the row has changed. */
export interface DueMark {
  readonly notBefore: number
  readonly fileNo: number
}

/** Binary heap in order of (notBefore, fileNo). Holds stale marks: whoever takes one looks whether it still counts. */
export class DueQueue {
  readonly #heap: DueMark[] = []

  peek(): DueMark | undefined {
    return this.#heap[0]
  }

  push(mark: DueMark): void {
    const heap = this.#heap
    let at = heap.push(mark) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(mark, heap[parent] as DueMark)) break
      heap[at] = heap[parent] as DueMark
      at = parent
    }
    heap[at] = mark
  }

  take(): DueMark | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as DueMark, heap[child] as DueMark)) child++
      if (!before(heap[child] as DueMark, last)) break
      heap[at] = heap[child] as DueMark
      at = child
    }
    heap[at] = last
    return first
  }
}

function before(a: DueMark, b: DueMark): boolean {
  return a.notBefore < b.notBefore || (a.notBefore === b.notBefore && a.fileNo < b.fileNo)
}
