/** Named places of the delivery protocol where a test may kill, freeze, fail or cut off a reply. */
export type ProbePoint =
  | 'P01'
  | 'P02'
  | 'P03'
  | 'P04'
  | 'P05'
  | 'P06'
  | 'P07'
  | 'P08'
  | 'P09'
  | 'P10'
  | 'P11'
  | 'P12'
  | 'P13'
  | 'P14'
  | 'P15'
  | 'P16'
  | 'P17'
  | 'P18'
  | 'P19'
  | 'P20'
  | 'P21'
  | 'P22'
  | 'P23'
  | 'P24'
  | 'P25'
  | 'P26'
  | 'P27'
  | 'P28'

/** Where a probe stands: enough for a test to tell workers and files apart. */
export interface ProbePlace {
  readonly jobId?: string
  readonly key?: string
  readonly fence?: number
  readonly worker?: string
}

/** What a test installs. It may wait, throw, or never return; in a synchronous place its promise is not awaited. */
export type ProbeHandler = (point: ProbePoint, place: ProbePlace) => Promise<void> | void

const handlerKey = Symbol.for('lading.probe')
const registry = globalThis as { [handlerKey]?: ProbeHandler | undefined }

/** A no-op unless a test has installed a handler. */
export function probe(point: ProbePoint, place: ProbePlace = {}): Promise<void> | void {
  return registry[handlerKey]?.(point, place)
}

/** Installs, or with `undefined` removes, the one handler of this process. */
export function installProbe(handler: ProbeHandler | undefined): void {
  registry[handlerKey] = handler
}
