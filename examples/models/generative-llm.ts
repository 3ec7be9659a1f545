// A language model: what it was asked, what it answered, what people thought of it, and what it cost.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const calls = `
call,template,llm,params,answer,rating,tokens,ms,question,prompt_vector
c1,"Answer: {question}",small-1,"{""temperature"": 0.2}","Berlin.",good,37,412,"What is the capital of Germany?","[0.1, 0.9]"
c2,"Answer: {question}",small-1,"{""temperature"": 0.2}","I do not know.",bad,29,388,"Who won?","[0.4, 0.2]"
c3,"Answer: {question}",small-1,,,,12,90,"Hello?",
`

await using job = new ImportJob({
  id: 'helpdesk/production',
  source: memorySource({ 'monday.csv': calls.trimStart() }),
  mapper: modelSchema({
    model: 'helpdesk',
    modelType: 'generative_llm',
    environment: 'production',
    schema: {
      prediction_id: 'call',
      prediction_label: 'answer',
      actual_label: 'rating',
      prompt_template: 'template',
      llm_model_name: 'llm',
      llm_params: 'params',
      total_token_count: 'tokens',
      response_latency_ms: 'ms',
      embedding_features: [{ feature_name: 'prompt', vector_column: 'prompt_vector', raw_data_column: 'question' }],
    },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_label, actual_label, llm_model_name, total_token_count, embedding_features } of records)
      console.log(
        prediction_id,
        `${embedding_features.prompt?.raw_data} ${prediction_label}`,
        actual_label,
        llm_model_name,
        total_token_count,
      )
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message }) => message)}`))
await job.runOnce()

// Output:
// row 3: The row has nothing to measure: prediction_label, actual_label are empty.
// c1 What is the capital of Germany? Berlin. good small-1 37
// c2 Who won? I do not know. bad small-1 29
