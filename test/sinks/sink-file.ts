import type { SinkFile } from '../../src/model/file.js'

/** A file as a sink is told of it. */
export function sinkFile(over: Partial<SinkFile> = {}): SinkFile {
  return {
    jobId: 'test/job',
    key: 'a/1.csv',
    version: 'e:one:10',
    generation: 1,
    size: 10,
    schemaVersion: 1,
    sourceTime: new Date('2026-01-01T00:00:00Z'),
    asOf: new Date('2026-01-01T01:00:00Z'),
    attempt: 1,
    fence: 1,
    first: false,
    replacesKey: false,
    shared: false,
    ...over,
  }
}
