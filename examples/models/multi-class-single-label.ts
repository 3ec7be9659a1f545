// Classes with scores: what a song sounds like. One class is right: the predicted one is that of the highest score.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

// In CSV a list is JSON text in its cell; in Parquet, Avro and Arrow it is a list of structs.
const songs = `
id,scores,truth,bpm
s1,"{""jazz"": 0.81, ""rock"": 0.42, ""pop"": 0.35}","[{""class_name"": ""jazz"", ""score"": 1}]",92
s2,"[{""class_name"": ""jazz"", ""score"": 0.1}, {""class_name"": ""rock"", ""score"": 0.7}]",,140
s3,"[{""class_name"": ""jazz"", ""score"": 1.7}]",,100
`

await using job = new ImportJob({
  id: 'genres/production',
  source: memorySource({ 'monday.csv': songs.trimStart() }),
  mapper: modelSchema({
    model: 'genres',
    modelType: 'multi_class',
    environment: 'production',
    schema: { prediction_id: 'id', prediction_scores: 'scores', actual_scores: 'truth', features_list: ['bpm'] },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_scores, actual_scores } of records) {
      const best = [...(prediction_scores ?? [])].sort((a, b) => b.score - a.score)[0]
      const truth = actual_scores?.find(({ score }) => score === 1)
      console.log(prediction_id, `${best?.class_name} (${best?.score})`, truth?.class_name ?? 'not known yet')
    }
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message }) => message)}`))
await job.runOnce()

// Output:
// row 3: prediction_scores has a score that is not a number from 0 to 1.
// s1 jazz (0.81) jazz
// s2 rock (0.7) not known yet
