// Object detection: boxes around what a street camera saw, and those that people drew.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const frames = `
frame,boxes,classes,scores,true_boxes,true_classes,vector,url
f1,"[[10, 20, 110, 220], [30, 40, 60, 80]]","[""car"", ""bike""]","[0.9, 0.4]","[[12, 20, 108, 215]]","[""car""]","[0.1, 0.2, 0.3]",https://example.test/f1.png
f2,[],[],[],[],[],"[0.3, 0.1, 0.2]",https://example.test/f2.png
f3,"[[110, 20, 10, 220]]","[""car""]",[0.8],,,,https://example.test/f3.png
`

await using job = new ImportJob({
  id: 'street/production',
  source: memorySource({ 'monday.csv': frames.trimStart() }),
  mapper: modelSchema({
    model: 'street',
    modelType: 'object_detection',
    environment: 'production',
    schema: {
      prediction_id: 'frame',
      prediction_object_detection: { coordinates_column: 'boxes', categories_column: 'classes', scores_column: 'scores' },
      actual_object_detection: { coordinates_column: 'true_boxes', categories_column: 'true_classes' },
      embedding_features: [{ feature_name: 'image', vector_column: 'vector', link_to_data_column: 'url' }],
    },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_object_detection: seen, actual_object_detection: drawn, embedding_features } of records) {
      const boxes = seen?.coordinates.map((box, i) => `${seen.categories[i]} ${seen.scores?.[i]} at ${box.join(' ')}`)
      console.log(prediction_id, boxes?.join(', ') || 'nothing', '| drawn:', drawn?.categories.join(', ') || 'nothing')
      console.log('  ', embedding_features.image?.link_to_data)
    }
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message }) => message)}`))
await job.runOnce()

// Output:
// row 3: prediction_object_detection.coordinates_column has a box that is not [x1, y1, x2, y2] with 0 <= x1 < x2 and 0 <= y1 < y2.
// f1 car 0.9 at 10 20 110 220, bike 0.4 at 30 40 60 80 | drawn: car
//    https://example.test/f1.png
// f2 nothing | drawn: nothing
//    https://example.test/f2.png
