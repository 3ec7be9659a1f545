// A source over a map: no order, no streams, no access check. Nothing that a map does not have is owed.
import { createHash } from 'node:crypto'
import { bytesReader, ImportJob, memoryStore, type ObjectInfo, type ObjectSource, rowMapper, SourceError } from 'lading'

const mapSource = (objects: ReadonlyMap<string, Uint8Array>): ObjectSource => {
  const info = (key: string, bytes: Uint8Array): ObjectInfo => {
    const etag = createHash('md5').update(bytes).digest('hex')
    return { key, version: `e:${etag}:${bytes.length}`, size: bytes.length, lastModified: null }
  }
  return {
    place: 'map:objects',
    identity: 'etag',
    listsInKeyOrder: false,
    async *list() {
      yield [...objects].map(([key, bytes]) => info(key, bytes))
    },
    async open({ key, version }) {
      const bytes = objects.get(key)
      if (bytes === undefined) throw new SourceError('OBJECT_VANISHED', `"${key}" is gone.`, { location: { key } })
      if (info(key, bytes).version !== version) {
        throw new SourceError('OBJECT_CHANGED', `"${key}" changed since it was listed.`, { location: { key } })
      }
      return bytesReader(bytes)
    },
  }
}

const objects = new Map([['a.csv', Buffer.from('n\n1\n2\n')]])
await using job = new ImportJob({
  id: 'numbers',
  source: mapSource(objects),
  mapper: rowMapper({ signature: '1', columns: { n: 'int64' }, map: ({ n }) => ({ n }) }),
  sink: (records, { file }) => console.log(file.key, ...records.map(({ n }) => n)),
  store: memoryStore(),
})

await job.runOnce()
objects.set('b.csv', Buffer.from('n\n3\n'))
await job.runOnce()

// Output:
// a.csv 1 2
// b.csv 3
