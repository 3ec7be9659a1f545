import type { Fault, FaultHandle } from './fault.js'
import type { LoggedRequest } from './request-log.js'

class ScriptedFault implements FaultHandle {
  readonly fault: Fault
  hits = 0
  seen = 0
  #removed = false

  constructor(fault: Fault) {
    this.fault = fault
  }

  remove(): void {
    this.#removed = true
  }

  matches(request: Readonly<LoggedRequest>): boolean {
    const { operation, bucket, key, when } = this.fault
    if (!canStrike(this.fault, request)) return false
    if (operation !== undefined && ![operation].flat().some((name) => name === request.operation)) return false
    if (bucket !== undefined && bucket !== request.bucket) return false
    const subject = request.operation === 'ListObjectsV2' ? (request.query.prefix ?? '') : request.key
    if (typeof key === 'string' ? key !== subject : key !== undefined && subject.search(key) < 0) return false
    return when === undefined || when(request)
  }

  get due(): boolean {
    const { nth = 1, times = 1 } = this.fault
    return !this.#removed && this.seen >= nth && this.hits < times
  }
}

/** Faults of listings and of ranges pass over requests that they have nothing to do with. */
function canStrike(fault: Fault, request: Readonly<LoggedRequest>): boolean {
  switch (fault.kind) {
    case 'malformedListing': {
      if (request.operation !== 'ListObjectsV2') return false
      if (fault.damage === 'keyNotAfterStart') return Boolean(request.query['start-after'])
      return fault.damage !== 'keyOutsidePrefix' || Boolean(request.query.prefix)
    }
    case 'storageClass':
      return request.operation === 'ListObjectsV2'
    case 'shortRange':
    case 'longRange':
    case 'ignoreRange':
    case 'wrongContentRange':
      return request.operation === 'GetObject' && request.range !== undefined
    default:
      return true
  }
}

/** The faults of a double, in the order in which they were set. */
export class FaultScript {
  #faults: ScriptedFault[] = []

  add(fault: Fault): FaultHandle {
    const scripted = new ScriptedFault(fault)
    this.#faults.push(scripted)
    return scripted
  }

  clear(): void {
    for (const fault of this.#faults) fault.remove()
    this.#faults = []
  }

  /**
   * What strikes this request: every due `changeObject`, and of all others the first that is due. One that had to wait
   * for another is due at the next request.
   */
  strike(request: Readonly<LoggedRequest>): readonly Fault[] {
    const struck: ScriptedFault[] = []
    for (const scripted of this.#faults) {
      if (!scripted.matches(request)) continue
      scripted.seen++
      if (!scripted.due) continue
      const taken = struck.some(({ fault }) => fault.kind !== 'changeObject')
      if (scripted.fault.kind === 'changeObject' || !taken) struck.push(scripted)
    }
    for (const scripted of struck) scripted.hits++
    return struck.map(({ fault }) => fault)
  }
}
