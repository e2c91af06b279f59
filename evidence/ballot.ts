import { questionSchema, signedAdmissionSchema, voteRecordSchema } from '../schemas/ballot.ts'
import type { QuestionRecord, SignedAdmission, SignedVote, VoteRecord } from '../schemas/run.ts'
import { jsonBytes, jsonDigest, sha256 } from './digest.ts'
import { EvidenceError } from './errors.ts'
import { parseCanonical } from './parse-canonical.ts'
import type { EvidenceStore } from './store.ts'

/** What people were asked in a run, what they answered, and who asked for the run beside the first: by intake files of its own. */
export interface Ballot {
  readonly questions: readonly QuestionRecord[]
  /** As they came, whether or not they counted; oldest first. */
  readonly votes: readonly VoteRecord[]
  /** Further starts that were merged into the run. */
  readonly further: readonly SignedAdmission[]
}

/** The name of the intake file of a question. */
export function questionName({ step, time }: Pick<QuestionRecord, 'step' | 'time'>): string {
  return `question-${step}-${time}.json`
}

/** The numbers of the questions that an instance has asked. Throws where a record of them cannot be read. */
export async function timesAsked(
  store: EvidenceStore,
  { runId, step }: Pick<QuestionRecord, 'runId' | 'step'>,
): Promise<number[]> {
  const { questions } = await readBallot(store, runId)
  return questions.filter((question) => question.step === step).map(({ time }) => time)
}

/** The name of the intake file of a vote: the same vote has the same. */
export function voteName(signed: SignedVote): string {
  return `vote-${sha256(jsonBytes(signed)).slice(0, 32)}.json`
}

/** The name of the intake file of a further start. */
export function furtherName({ admission }: SignedAdmission): string {
  return `trigger-${sha256(admission.runId).slice(0, 32)}.json`
}

/** The digest that binds a vote to a question. */
export function questionDigest(question: QuestionRecord): string {
  return jsonDigest(question)
}

const FILES = /^(question|vote|trigger)-.+\.json$/

/** Whether an intake file is part of the ballot. */
export function isOfBallot(name: string): boolean {
  return FILES.test(name)
}

/** Reads a run's ballot from the store; throws where a record of it cannot be read. */
export async function readBallot(store: EvidenceStore, runId: string): Promise<Ballot> {
  const names = (await store.list(runId)).filter(isOfBallot)
  const files = await Promise.all(names.map(async (name) => [name, await store.read(runId, name)] as const))
  return ballotIn(new Map(files.flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes]]))))
}

/** The ballot in the files of an intake; throws where one cannot be read, or lies under another name than its own. */
export function ballotIn(intake: ReadonlyMap<string, Buffer>): Ballot {
  const questions = parsed(intake, QUESTION)
  const votes = parsed(intake, VOTE)
  const further = parsed(intake, FURTHER)
  return {
    questions: questions.sort((a, b) => a.time - b.time),
    votes: votes.sort((a, b) => (a.at < b.at ? -1 : 1)),
    further,
  }
}

/** A kind of record: how it begins to be named, how it is read, and the one name that it may have. */
interface Kind<T> {
  readonly prefix: string
  readonly schema: { parse(value: unknown): T }
  readonly nameOf: (value: T) => string
}

const QUESTION: Kind<QuestionRecord> = { prefix: 'question', schema: questionSchema, nameOf: questionName }
const VOTE: Kind<VoteRecord> = { prefix: 'vote', schema: voteRecordSchema, nameOf: ({ signed }) => voteName(signed) }
const FURTHER: Kind<SignedAdmission> = { prefix: 'trigger', schema: signedAdmissionSchema, nameOf: furtherName }

function parsed<T>(intake: ReadonlyMap<string, Buffer>, { prefix, schema, nameOf }: Kind<T>): T[] {
  const files = [...intake].filter(([name]) => FILES.exec(name)?.[1] === prefix)
  return files.map(([name, bytes]) => {
    const value = readOrNothing(bytes, name, schema)
    if (value !== undefined && nameOf(value) === name) return value
    throw new EvidenceError(`the record ${name} cannot be read`, 'look at the file: the engine never writes such a one')
  })
}

function readOrNothing<T>(bytes: Buffer, name: string, schema: Kind<T>['schema']): T | undefined {
  try {
    return schema.parse(parseCanonical(bytes, name))
  } catch {
    return undefined
  }
}

/** The newest question of an instance. */
export function newestQuestion({ questions }: Pick<Ballot, 'questions'>, step: string): QuestionRecord | undefined {
  return questions.findLast((question) => question.step === step)
}
