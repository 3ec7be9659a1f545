// Ranking: hotels that a search showed, and what people did with them.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const hotels = `
id,search,position,score,clicks,price,stars
h1,q1,1,0.9,"[""click"", ""book""]",120,4
h2,q1,2,0.7,,95,3
h3,q1,2,0.6,,80,3
h4,q2,1,0.8,"[""click""]",60,2
h5,q2,101,0.1,,500,5
`

await using job = new ImportJob({
  id: 'hotels/production',
  source: memorySource({ 'monday.csv': hotels.trimStart() }),
  mapper: modelSchema({
    model: 'hotels',
    modelType: 'ranking',
    environment: 'production',
    schema: {
      prediction_id: 'id',
      prediction_group_id: 'search',
      rank: 'position',
      prediction_score: 'score',
      relevance_label: 'clicks',
      column_types: { clicks: 'string_list' },
    },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_group_id, rank, relevance_label, features } of records)
      console.log(prediction_group_id, rank, prediction_id, relevance_label ?? 'nothing', features.price)
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message, remedy }) => `${message} ${remedy}`)}`))
await job.runOnce()

// Output:
// row 3: rank is the rank of an earlier row of its group. Give each item of a group its own rank.
// row 5: rank is not a whole number from 1 to 100. Give ranks from 1 to 100; leave lower items of a group out.
// q1 1 h1 [ 'click', 'book' ] 120
// q1 2 h2 nothing 95
// q2 1 h4 [ 'click' ] 60
