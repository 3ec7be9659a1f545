import { assertHolds, fileOf, importFile, options, type SinkCase, sinkCase, storedOf, summary, writeAll, writerOf } from './sink-rig.js'

/** A file in the place of its key’s older ones. */
export const replaceCases: readonly SinkCase[] = [
  sinkCase('replaces', 'a replacing file takes the place of all older files of its key, in one commit', async ({ sink, read }) => {
    const [one, beside, two] = [fileOf(), fileOf({ key: 'a/2.csv' }), fileOf({ version: 'e:two:20', fence: 2, replacesKey: true })]
    await importFile(sink, one, 'a')
    await importFile(sink, beside, 'x')
    const writer = await writerOf(sink, two)
    await writeAll(writer, 'b')
    await assertHolds(read, [...storedOf(one, 'a'), ...storedOf(beside, 'x')])
    await writer.commit(summary, options)
    await assertHolds(read, [...storedOf(two, 'b'), ...storedOf(beside, 'x')])
    const back = fileOf({ generation: 2, fence: 3, replacesKey: true })
    await importFile(sink, back, 'c')
    await assertHolds(read, [...storedOf(back, 'c'), ...storedOf(beside, 'x')])
  }),
  sinkCase('replaces', 'a replacing file without rows empties its key', async ({ sink, read }) => {
    await importFile(sink, fileOf(), 'a')
    const writer = await writerOf(sink, fileOf({ version: 'e:two:20', fence: 2, replacesKey: true }))
    await writer.commit({ rows: 0, rejected: 0 }, options)
    await assertHolds(read, [])
  }),
]
