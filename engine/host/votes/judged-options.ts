import { optionsRecordSchema } from '../../../schemas/ballot.ts'
import { timesAsked } from '../../../evidence/ballot.ts'
import { jsonBytes } from '../../../evidence/digest.ts'
import { EvidenceConflict, EvidenceError } from '../../../evidence/errors.ts'
import { parseCanonical } from '../../../evidence/parse-canonical.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { AskStep } from '../../../schemas/plan.ts'
import type { OptionsRecord, QuestionRecord } from '../../../schemas/run.ts'

/** Verdicts had no numbers at first, and were named after their digest. */
const FILE = /^options-([0-9a-f]{32}|.+-[1-9]\d*)\.json$/

/** The order of verdicts on a question is that of numbers, and no clock's; it is for the question that follows those asked by then. */
export type Place = Required<Pick<OptionsRecord, 'number' | 'asked'>>

/** A verdict on a question that was judged in its place. */
export type Verdict = OptionsRecord & Place

/** The place in which the options of a question are judged next. Taken before they are judged. */
export async function nextVerdict(
  store: EvidenceStore,
  { runId, step }: Pick<Verdict, 'runId' | 'step'>,
): Promise<Place> {
  const names = await store.list(runId)
  const judged = (await judgedOptions(store, runId, names)).filter((one) => one.step === step)
  return {
    number: Math.max(0, ...judged.map(numberOf)) + 1,
    asked: Math.max(0, ...(await timesAsked(store, { runId, step }))),
  }
}

/**
 * Records what the rules say of the options of a question, before it may be asked (G22). False where another verdict took the number
 * meanwhile: nobody can tell which of the two saw the newer facts.
 */
export async function recordOptions(store: EvidenceStore, record: Verdict): Promise<boolean> {
  const { runId, step, number } = record
  try {
    await store.putOnce(runId, `options-${step}-${number}.json`, jsonBytes(record))
    return true
  } catch (error) {
    if (error instanceof EvidenceConflict) return false
    throw error
  }
}

function numberOf({ number = 0 }: OptionsRecord): number {
  return number
}

/**
 * Why a question may not offer what it offers: each option is one of the step's, and where any of them asks people for an effect, the
 * rules have let it through when they were judged last, and that was for this question. Undefined where it may.
 */
export async function mayNotOffer(
  question: QuestionRecord,
  asked: AskStep,
  store: EvidenceStore,
): Promise<string | undefined> {
  const { choices = [], runId } = question
  const names = asked.choices.map(({ name }) => name)
  const strange = choices.find((name) => !names.includes(name))
  if (strange !== undefined || choices.length === 0) return `the Plan has no option \`${strange ?? ''}\` there`
  if (asked.choices.every(({ effects }) => effects.length === 0)) return undefined
  return notLetThrough({ ...question, choices }, await store.list(runId), store)
}

async function notLetThrough(
  { choices, runId, step, planDigest, time }: QuestionRecord & Required<Pick<QuestionRecord, 'choices'>>,
  files: readonly string[],
  store: EvidenceStore,
): Promise<string | undefined> {
  const all = await judgedOptions(store, runId, files)
  const judged = all.filter((one) => one.step === step && one.planDigest === planDigest)
  if (judged.length === 0) return 'nobody has judged what its options ask people for'
  const newest = newestOf(judged)
  const denied = choices.find((name) => newest.some(({ allowed }) => !allowed.includes(name)))
  if (denied !== undefined) return `the rules deny what \`${denied}\` asks people for`
  const asked = await timesAsked(store, { runId, step })
  const before = Math.max(0, ...asked.filter((earlier) => earlier < time))
  const isUsed = newest.some(({ asked = before }) => asked < before)
  return isUsed ? `nobody has judged what its options ask people for since question ${before}` : undefined
}

/** Of those without numbers, the last by their clocks. Of two at the same moment nobody can say which came last: both have let it through. */
function newestOf(judged: readonly OptionsRecord[]): OptionsRecord[] {
  const highest = Math.max(...judged.map(numberOf))
  const last = judged.filter((one) => numberOf(one) === highest)
  return last.filter(({ at }) => last.every((other) => other.at <= at))
}

async function judgedOptions(store: EvidenceStore, runId: string, files: readonly string[]): Promise<OptionsRecord[]> {
  const names = files.filter((name) => FILE.test(name))
  const records = names.map(async (name) => {
    const bytes = await store.read(runId, name)
    return bytes === undefined ? undefined : parsed(name, bytes)
  })
  return (await Promise.all(records)).filter((record) => record !== undefined)
}

function parsed(name: string, bytes: Buffer): OptionsRecord {
  try {
    return optionsRecordSchema.parse(parseCanonical(bytes, name))
  } catch (cause) {
    throw new EvidenceError(
      `the record ${name} cannot be read`,
      'look at the file: the engine never writes such a one',
      cause,
    )
  }
}
