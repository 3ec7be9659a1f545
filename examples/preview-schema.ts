// Before there is a job: a schema is proposed for a file, and a file is shown under a schema. Nothing is written.
import { previewSchema, previewText, suggestionText, suggestSchema } from 'lading'

const file = {
  name: 'click-thru-rate/production/monday.csv',
  bytes:
    'id,ts,label,actual,feature/device,tag/zone\n7,2026-01-05T10:00:00Z,click,no click,phone,eu\n8,2026-01-05T10:00:01Z,click,,laptop,us\n',
}
const asOf = new Date('2026-01-06T00:00:00Z')

console.log(suggestionText(await suggestSchema(file, { asOf })))

console.log('\n--- and by a schema of your own, with a slip of the pen ---\n')
const preview = await previewSchema(
  file,
  {
    model: 'click-thru-rate',
    modelType: 'score_categorical',
    environment: 'production',
    schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'lable', features: 'feature/' },
  },
  { asOf },
)
console.log(previewText(preview))

// Output:
// {
//   "model": "click-thru-rate",
//   "modelType": "score_categorical",
//   "environment": "production",
//   "schema": {
//     "prediction_id": "id",
//     "timestamp": "ts",
//     "prediction_label": "label",
//     "actual_label": "actual",
//     "features": "feature/",
//     "tags": "tag/"
//   }
// }
//
// Why
//   tags              sure    tag/zone        a column begins with "tag/"
//   features          sure    feature/device  a column begins with "feature/"
//   prediction_id     sure    id              its name says so, no two of 2 rows have the same
//   timestamp         sure    ts              it holds times, and its name says so
//   prediction_label  likely  label           its name says so, and it holds text
//   actual_label      likely  actual          its name says so, and it holds text
//   modelType         likely  label, actual   its labels are text or booleans
//   environment       likely                  the path says so
//   model             guess                   it is taken from the path of the file
//
// Please answer
//   prediction_label: Is "label" the predicted label? Its name could also mean what was true.
//   model: What is the model called? "click-thru-rate" is taken from the path of the file.
//
// click-thru-rate/production/monday.csv: csv, 6 columns; 2 rows looked at, 2 accepted, 0 rejected
//
// field             column          type  empty  examples
// prediction_id     id              text  0 %    7, 8
// timestamp         ts              text  0 %    2026-01-05T10:00:00Z, 2026-01-05T10:00:01Z
// prediction_label  label           text  0 %    click
// actual_label      actual          text  50 %   no click
// features.device   feature/device  text  0 %    phone, laptop
// tags.zone         tag/zone        text  0 %    eu, us
//
// --- and by a schema of your own, with a slip of the pen ---
//
// click-thru-rate/production/monday.csv: csv, 6 columns; 2 rows looked at, the columns do not fit the schema
//
// field            column          type  empty  examples
// prediction_id    id              text  0 %    7, 8
// timestamp        ts              text  0 %    2026-01-05T10:00:00Z, 2026-01-05T10:00:01Z
// features.device  feature/device  text  0 %    phone, laptop
//
// Not mapped
//   label     not named  text  0 %   click
//   actual    not named  text  50 %  no click
//   tag/zone  not named  text  0 %   eu, us
//
// Problems
//   error: The file has no column "lable", which prediction_label names. (column lable)
//     Did you mean "label"? Rename it in the schema, or in the file.
