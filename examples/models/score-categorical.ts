// Classification: payments that may be fraud. No prefix names the features, so every other column is one, but the
// account number.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const payments = `
prediction_id,prediction_label,prediction_score,actual_label,account,amount,country,card_present,tag/team
p1,fraud,0.91,fraud,4711,990.5,DE,false,blue
p2,ok,0.08,,4712,12,FR,true,
p3,ok,0.1,,4713,25,FR,true,blue
,ok,0.12,ok,4714,17,FR,true,red
`

await using job = new ImportJob({
  id: 'payment-fraud/production',
  source: memorySource({ 'monday.csv': payments.trimStart() }),
  mapper: modelSchema({
    model: 'payment-fraud',
    modelType: 'score_categorical',
    environment: 'production',
    metrics: ['auc_log_loss', 'classification'],
    schema: {
      prediction_id: 'prediction_id',
      prediction_label: 'prediction_label',
      prediction_score: 'prediction_score',
      actual_label: 'actual_label',
      tags: 'tag/',
      exclude: ['account'],
    },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_label, prediction_score, actual_label, features, tags } of records)
      console.log(prediction_id, prediction_label, prediction_score, actual_label, JSON.stringify(features), tags.team)
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message, remedy }) => `${message} ${remedy}`)}`))
await job.runOnce()

// Output:
// row 4: prediction_id is empty. Give every row an id of 1 to 128 characters.
// p1 fraud 0.91 fraud {"amount":990.5,"country":"DE","card_present":false} blue
// p2 ok 0.08 null {"amount":12,"country":"FR","card_present":true} null
// p3 ok 0.1 null {"amount":25,"country":"FR","card_present":true} blue
