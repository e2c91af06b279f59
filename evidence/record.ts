import { planFileSchema, runFileSchema } from '../schemas/bundle.ts'
import type { RunFile } from '../schemas/bundle.ts'
import { historyIndexSchema } from '../schemas/evidence.ts'
import type { HistoryActivity, HistoryIndex, StartRecord } from '../schemas/evidence.ts'
import type { Json } from '../schemas/json.ts'
import type { Plan } from '../schemas/plan.ts'
import type { AttestedFact, RunEntry } from '../schemas/run.ts'
import { jsonBytes } from './digest.ts'
import { parseCanonical } from './parse-canonical.ts'
import { STARTED, parseStart } from './start.ts'
import { readSteps, writeSteps } from './steps.ts'

/** Everything that a bundle tells of a run: the sealing lays it out in files, a verifier reads it back from them. */
export interface RunRecord extends RunFile {
  readonly plan: Plan
  readonly entries: readonly RunEntry[]
  readonly started: StartRecord
  /** Intake files by name, `started.json` among them. */
  readonly intake: ReadonlyMap<string, Buffer>
  readonly history: HistoryIndex
  /** The decoded events, as canonical JSON. */
  readonly events: Buffer
  readonly keys: { readonly sealing: string; readonly admission: string }
  readonly runbook?: Buffer
}

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._#-]{0,199}$/

/** Lays a run out in files: path below the bundle → bytes. */
export function layOut(run: RunRecord): Map<string, Buffer> {
  const { admission, outcome, startedAt, finishedAt } = run
  return new Map([
    ['data/run.json', jsonBytes({ admission, outcome, startedAt, finishedAt })],
    ['data/plan.json', jsonBytes(run.plan)],
    ['data/trigger.json', jsonBytes(admission.admission.trigger)],
    ['data/steps.jsonl', Buffer.from(writeSteps(run.entries).text)],
    ['data/temporal/history.json', run.events],
    ['data/keys/sealing.pem', Buffer.from(run.keys.sealing)],
    ['data/keys/admission.pem', Buffer.from(run.keys.admission)],
    ...historyFiles(run.history),
    ...approvalFiles(run.entries),
    ...[...run.intake].map(([name, bytes]): File => [`data/effects/${name}`, bytes]),
    ...(run.runbook === undefined ? [] : [[`data/runbook/${run.plan.runbook.id}.yaml`, run.runbook] satisfies File]),
  ])
}

type File = [string, Buffer]

/** The values of readings stand in files of their own; everything else of the history's index in one. */
function historyFiles(history: HistoryIndex): File[] {
  const facts = new Map<string, Buffer>()
  const activities = history.activities.map((activity) => {
    const { result, ...rest } = activity
    if (!isReading(activity) || facts.has(factPath(activity))) return activity
    facts.set(factPath(activity), jsonBytes(result))
    return rest
  })
  const { workflow, lastEventId, updates } = history
  return [['data/temporal/activities.json', jsonBytes({ workflow, lastEventId, activities, updates })], ...facts]
}

function factPath({ activityId }: HistoryActivity): string {
  return `data/facts/${activityId}.json`
}

/** A reading, by an activity that is named after it. */
type Reading = HistoryActivity & { readonly result: AttestedFact & Json }

/** Whether an activity's result is the record of a reading. */
export function isReading(activity: HistoryActivity): activity is Reading {
  const { record } = (activity.result ?? {}) as Partial<AttestedFact>
  return SAFE_NAME.test(activity.activityId) && record?.action === activity.type && typeof record.fact === 'string'
}

function approvalFiles(entries: readonly RunEntry[]): File[] {
  const votes = entries.filter((entry) => entry.kind === 'vote')
  return votes.map(({ seq, step, vote }) => [
    `data/approvals/${String(seq).padStart(5, '0')}-${step}.json`,
    jsonBytes(vote),
  ])
}

/** Reads a run back from a bundle's files. Throws where one is absent, or is not as the layout has it. */
export function readRecord(files: ReadonlyMap<string, Buffer>): RunRecord {
  const file = (path: string): Buffer => files.get(path) ?? absent(path)
  const parsed = <T>(path: string, schema: { parse(value: unknown): T }) =>
    schema.parse(parseCanonical(file(path), path))
  const plan = parsed('data/plan.json', planFileSchema)
  const runbook = files.get(`data/runbook/${plan.runbook.id}.yaml`)
  return {
    ...parsed('data/run.json', runFileSchema),
    plan,
    entries: readSteps(file('data/steps.jsonl').toString('utf8')).map(({ entry }) => entry),
    started: parseStart(file(`data/effects/${STARTED}`)),
    intake: below('data/effects/', files),
    history: withFacts(parsed('data/temporal/activities.json', historyIndexSchema), files),
    events: file('data/temporal/history.json'),
    keys: { sealing: file('data/keys/sealing.pem').toString(), admission: file('data/keys/admission.pem').toString() },
    ...(runbook === undefined ? {} : { runbook }),
  }
}

function withFacts(index: HistoryIndex, files: ReadonlyMap<string, Buffer>): HistoryIndex {
  const activities = index.activities.map((activity) => {
    const fact = activity.result === undefined ? files.get(factPath(activity)) : undefined
    if (fact === undefined || activity.completedEventId === undefined) return activity
    return { ...activity, result: parseCanonical(fact, factPath(activity)) }
  })
  return { ...index, activities }
}

function below(folder: string, files: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const inside = [...files].filter(([path]) => path.startsWith(folder))
  return new Map(inside.map(([path, bytes]) => [path.slice(folder.length), bytes]))
}

function absent(path: string): never {
  throw new TypeError(`${path} is absent`)
}
