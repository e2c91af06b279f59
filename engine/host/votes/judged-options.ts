import { optionsRecordSchema } from '../../../schemas/ballot.ts'
import { jsonBytes } from '../../../evidence/digest.ts'
import { EvidenceConflict, EvidenceError } from '../../../evidence/errors.ts'
import { parseCanonical } from '../../../evidence/parse-canonical.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { AskStep } from '../../../schemas/plan.ts'
import type { OptionsRecord, QuestionRecord } from '../../../schemas/run.ts'

/** Verdicts had no numbers at first, and were named after their digest. */
const FILE = /^options-([0-9a-f]{32}|.+-[1-9]\d*)\.json$/

/** A verdict on a question that was judged under a number: the order of verdicts is that of numbers, and no clock's. */
export type Verdict = OptionsRecord & { readonly number: number }

/** The number under which the options of a question are judged next. Taken before they are judged. */
export async function nextVerdict(
  store: EvidenceStore,
  { runId, step }: Pick<Verdict, 'runId' | 'step'>,
): Promise<number> {
  const numbers = (await judgedOptions(store, runId)).flatMap((one) => (one.step === step ? numberOf(one) : []))
  return Math.max(0, ...numbers) + 1
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
 * rules have let it through when they were judged last. Undefined where it may.
 */
export async function mayNotOffer(
  { choices = [], runId, step, planDigest }: QuestionRecord,
  asked: AskStep,
  store: EvidenceStore,
): Promise<string | undefined> {
  const names = asked.choices.map(({ name }) => name)
  const strange = choices.find((name) => !names.includes(name))
  if (strange !== undefined || choices.length === 0) return `the Plan has no option \`${strange ?? ''}\` there`
  if (asked.choices.every(({ effects }) => effects.length === 0)) return undefined
  const judged = (await judgedOptions(store, runId)).filter((one) => one.step === step && one.planDigest === planDigest)
  if (judged.length === 0) return 'nobody has judged what its options ask people for'
  const denied = choices.find((name) => newestOf(judged).some(({ allowed }) => !allowed.includes(name)))
  return denied === undefined ? undefined : `the rules deny what \`${denied}\` asks people for`
}

/** Of those without numbers, the last by their clocks. Of two at the same moment nobody can say which came last: both have let it through. */
function newestOf(judged: readonly OptionsRecord[]): OptionsRecord[] {
  const highest = Math.max(...judged.map(numberOf))
  const last = judged.filter((one) => numberOf(one) === highest)
  return last.filter(({ at }) => last.every((other) => other.at <= at))
}

async function judgedOptions(store: EvidenceStore, runId: string): Promise<OptionsRecord[]> {
  const names = (await store.list(runId)).filter((name) => FILE.test(name))
  return Promise.all(names.map(async (name) => parsed(name, await store.read(runId, name))))
}

function parsed(name: string, bytes: Buffer | undefined): OptionsRecord {
  try {
    return optionsRecordSchema.parse(parseCanonical(bytes ?? Buffer.alloc(0), name))
  } catch (cause) {
    throw new EvidenceError(
      `the record ${name} cannot be read`,
      'look at the file: the engine never writes such a one',
      cause,
    )
  }
}
