import { batchIdSlot, idSlot, versionSlot } from '../text-slots.js'
import { timestampSlot } from '../timestamp-slot.js'
import type { ColumnFacts } from './column-facts.js'
import { plainName, wordsOf } from './column-words.js'
import type { Draft } from './draft.js'
import { namesOf } from './propose-groups.js'
import { roleNames } from './role-names.js'
import { takesColumn } from './takes-column.js'

const yearMs = 365 * 86_400_000
/** Numbers below are no times of a log: 2000-01-01. */
const oldestSeconds = 946_684_800
const longestId = 128
const idWords: ReadonlySet<string> = new Set(['id', 'ids', 'uuid', 'guid', 'key', 'hash'])
const timeWords: ReadonlySet<string> = new Set(['ts', 'timestamp', 'time', 'at', 'date', 'datetime'])
/** So many of the names at the front say "prediction" themselves. */
const telling = 5

/** What a row is: its id, its time, the version of the model. */
export function proposeIdentity(draft: Draft, asOf: Date): void {
  proposeId(draft)
  proposeTimestamp(draft, asOf)
  const version = draft.find('version', (facts) => takesColumn(versionSlot, facts))
  if (version !== undefined) draft.map('version', version, 'its name says so')
  const batch = draft.environment === 'validation' ? draft.find('batch_id', (facts) => takesColumn(batchIdSlot, facts)) : undefined
  if (batch !== undefined) draft.map('batch_id', batch, 'its name says so, and the data is for validation')
}

/** Names that end like an id's. */
export function saysId(name: string): boolean {
  return idWords.has(wordsOf(name).at(-1) ?? '')
}

function proposeId(draft: Draft): void {
  const mayBe = (facts: ColumnFacts): boolean =>
    takesColumn(idSlot, facts) && ['number', 'text', 'uuid'].includes(facts.shape) && facts.whole && facts.longest <= longestId
  const named = draft.find('prediction_id', mayBe)
  const isTelling = named !== undefined && roleNames.prediction_id.slice(0, telling).includes(plainName(named.name) as 'prediction_id')
  const unique = draft.find('prediction_id', (facts) => mayBe(facts) && facts.unique)
  const unnamed = draft.free.find(
    (facts) => mayBe(facts) && facts.unique && facts.name !== '' && (saysId(facts.name) || facts.shape === 'uuid'),
  )
  const id = isTelling ? named : (unique ?? unnamed ?? named)
  if (id === undefined) {
    draft.ask('prediction_id', 'Which column is the id of a prediction? None has a value of its own in every row and a name that says so.')
    return
  }
  const alone = id.unique ? `no two of ${id.rows} rows have the same` : 'but rows share it, or lack it'
  draft.map(
    'prediction_id',
    id,
    `${id === named || id === unique ? 'its name says so' : 'it looks like an id'}, ${alone}`,
    id.unique && id === named ? 'sure' : 'guess',
  )
  if (!id.unique) draft.ask('prediction_id', `Is ${namesOf([id])} the id of a prediction? Rows of the sample share it, or have none.`)
}

function proposeTimestamp(draft: Draft, asOf: Date): void {
  const seconds = ({ isNumeric, least, most, shape }: ColumnFacts): boolean =>
    shape === 'number' && isNumeric && least >= oldestSeconds && most <= (asOf.getTime() + yearMs) / 1000
  const mayBe = (facts: ColumnFacts): boolean => takesColumn(timestampSlot, facts) && (facts.shape === 'time' || seconds(facts))
  const times = draft.free.filter((facts) => mayBe(facts) && timeWords.has(wordsOf(facts.name).at(-1) ?? ''))
  const time = draft.find('timestamp', mayBe) ?? (times.length === 1 ? times[0] : undefined)
  if (time === undefined) {
    if (times.length > 1)
      draft.ask('timestamp', `Which is the time of the prediction: ${namesOf(times)}? Until then it is the time of import.`)
    proposeMending(draft, asOf)
    return
  }
  const kind = time.shape === 'time' ? (time.info.type.kind === 'utf8' ? 'RFC 3339 times' : 'times') : 'epoch seconds'
  draft.map('timestamp', time, `it holds ${kind}, and its name says so`, 'sure')
  const [from, to] = time.shape === 'time' ? [time.earliest, time.latest] : [1000 * time.least, 1000 * time.most]
  const years = (ms: number): number => Math.min(1000, Math.ceil(ms / yearMs))
  const past = years(asOf.getTime() - from)
  const future = years(to - asOf.getTime())
  if (past <= 5 && future <= 1) return
  draft.timestampWindow = { past: Math.max(5, past), future: Math.max(1, future) }
  draft.because('timestampWindow', [time], 'times of the sample lie outside the usual 5 years back and 1 ahead')
  draft.ask('timestampWindow', `${namesOf([time])} has times that far from now. Is that right, or is the unit or the year wrong?`)
}

/** Times that cannot be taken as they are written. */
function proposeMending(draft: Draft, asOf: Date): void {
  const milliseconds = ({ shape, least, most }: ColumnFacts): boolean =>
    shape === 'number' && least >= 1000 * oldestSeconds && most <= asOf.getTime() + yearMs
  const inMs = draft.find('timestamp', milliseconds)
  const zoneless = draft.find('timestamp', ({ shape }) => shape === 'time without zone')
  const found = inMs ?? zoneless
  if (found === undefined) {
    const other = draft.find('timestamp', ({ shape }) => shape !== 'nothing')
    if (other !== undefined)
      draft.ask('timestamp', `${namesOf([other])} is called like a time, and not all of it can be read as one. What is it?`)
    return
  }
  draft.leaveOut(found)
  const [what, want] =
    found === inMs ? ['epoch milliseconds; seconds are', 'seconds'] : ['times without a zone; 2022-04-16T16:15:00Z is', 'a zone']
  draft.ask(
    'timestamp',
    `${namesOf([found])} holds ${what} taken. Can the files be written with ${want}? Until then it is the time of import.`,
  )
}
