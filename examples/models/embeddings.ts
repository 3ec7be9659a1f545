// Embeddings: vectors as features, with the text that they were made of. In CSV a vector is a JSON list in its cell.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const reviews = `
id,sentiment,truth,vector,text,words
v1,positive,positive,"[0.12, -0.5, 0.33]",Lovely shoes,"[""lovely"", ""shoes""]"
v2,negative,,,Too small,"[""too"", ""small""]"
v3,negative,,"[0.5]",Broken,"[]"
v4,positive,,"[0.1, NaN, 0.2]",Fine,"[]"
`

await using job = new ImportJob({
  id: 'reviews/production',
  source: memorySource({ 'monday.csv': reviews.trimStart() }),
  mapper: modelSchema({
    model: 'reviews',
    modelType: 'score_categorical',
    environment: 'production',
    schema: {
      prediction_id: 'id',
      prediction_label: 'sentiment',
      actual_label: 'truth',
      embedding_features: [{ feature_name: 'review', vector_column: 'vector', raw_data_column: 'text' }],
      // The one feature left: a list of texts, which CSV has to be told.
      column_types: { words: 'string_list' },
    },
  }),
  sink: (records) => {
    for (const { prediction_id, embedding_features, features } of records)
      console.log(prediction_id, embedding_features.review?.vector.length ?? 'no vector', features.words)
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message, remedy }) => `${message} ${remedy}`)}`))
await job.runOnce()

// Output:
// row 3: embedding_features.review.vector_column is a vector of one number, or of more than 20000. Give vectors of 2 to 20000 numbers.
// row 4: embedding_features.review.vector_column is not a JSON list of numbers such as [0.12, -0.5]. Correct the cell: JSON has double quotes and no NaN. Leave it empty where there is no value.
// v1 3 [ 'lovely', 'shoes' ]
// v2 no vector [ 'too', 'small' ]
